import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from './process.ts';

const target = z.object({
  refId: z.string(),
  expr: z.string().min(1),
  legendFormat: z.string().optional(),
});

const panel = z.object({
  id: z.int(),
  type: z.string(),
  title: z.string().min(1),
  gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
  datasource: z.object({ type: z.string(), uid: z.string() }).optional(),
  fieldConfig: z.object({ defaults: z.object({ unit: z.string().optional() }) }).optional(),
  targets: z.array(target).default([]),
  transformations: z
    .array(z.object({ id: z.string(), options: z.record(z.string(), z.unknown()) }))
    .default([]),
});

const dashboard = z.object({
  id: z.undefined().optional(),
  uid: z.string(),
  title: z.string(),
  templating: z.object({
    list: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        query: z.union([z.string(), z.object({ query: z.string() })]),
      }),
    ),
  }),
  panels: z.array(panel),
});

const rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.strictObject({
          alert: z.string(),
          expr: z.string(),
          for: z.string().optional(),
          labels: z.strictObject({ severity: z.enum(['warning', 'critical']) }),
          annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook: z.string() }),
        }),
      ),
    }),
  ),
});

export type Dashboard = z.infer<typeof dashboard>;
export type Panel = z.infer<typeof panel>;
export type Target = z.infer<typeof target>;
export type Alert = z.infer<typeof rules>['groups'][number]['rules'][number];

/** Path of a file in `deploy/`. */
export function deployed(name: string): string {
  return join(root, 'deploy', name);
}

/** The text of a dashboard of `deploy/grafana`, as it is in the file. */
export function dashboardText(name: string): string {
  return readFileSync(deployed(`grafana/${name}.json`), 'utf8');
}

/** A dashboard of `deploy/grafana`. */
export function readDashboard(name: string): Dashboard {
  return dashboard.parse(JSON.parse(dashboardText(name)));
}

/** Panels that show something: all but the rows. */
export function shown({ panels }: Dashboard): Panel[] {
  return panels.filter(({ type }) => type !== 'row');
}

/** Every query of a dashboard, with where it is. */
export function queries(
  of: Dashboard,
): { readonly where: string; readonly panel: Panel; readonly target: Target }[] {
  return shown(of).flatMap((one) =>
    one.targets.map((each) => ({ where: `${one.title}, ${each.refId}`, panel: one, target: each })),
  );
}

/** The alert rules of `deploy/prometheus`. */
export function readAlerts(): Alert[] {
  const text = readFileSync(deployed('prometheus/alerts.yaml'), 'utf8');
  return rules.parse(parse(text)).groups.flatMap((group) => group.rules);
}
