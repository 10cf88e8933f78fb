import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { logEvents } from '../../src/domain/log-events.ts';
import type { LogEventName } from '../../src/domain/log-events.ts';
import { dashboardText, deployed, queries, readAlerts, readDashboard, shown } from '../support/dashboards.ts';
import type { Dashboard } from '../support/dashboards.ts';
import { logUse } from '../support/logql.ts';
import { root } from '../support/process.ts';
import { promUse } from '../support/promql.ts';

const names = ['oddstream', 'oddstream-logs'] as const;
/** What every line has beside the fields of its event. */
const ofEveryLine = ['level', 'time', 'event'];
const logPanels = queries(readDashboard('oddstream-logs'));

function isEvent(name: string): name is LogEventName {
  return name in logEvents;
}

/** What the log does not have of what a query takes for granted. */
function unknownIn(query: string): string[] {
  const { events, fields } = logUse(query);
  const known = events.filter(isEvent);
  const lacking = fields
    .filter((field) => !ofEveryLine.includes(field))
    .flatMap((field) =>
      known.length === 0
        ? [field]
        : known.filter((event) => !(field in logEvents[event].shape)).map((event) => `${field} of ${event}`),
    );
  return [...events.filter((event) => !isEvent(event)), ...lacking];
}

function overlapping({ panels }: Dashboard): string[] {
  const taken = new Map<string, string>();
  return panels.flatMap(({ title, gridPos: { x, y, w, h } }) => {
    const cells = Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`);
    const others = cells.map((cell) => taken.get(cell)).filter((other) => other !== undefined);
    for (const cell of cells) taken.set(cell, title);
    return [...new Set(others)].map((other) => `${title} lies on ${other}`);
  });
}

describe.each(names)('the dashboard %s', (name) => {
  const dashboard = readDashboard(name);
  const kind = name === 'oddstream' ? 'prometheus' : 'loki';

  it('has panels that each have an id, a place and a unit of their own', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(overlapping(dashboard)).toEqual([]);
    for (const { title, type, gridPos, fieldConfig, targets } of shown(dashboard)) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      expect(targets, title).not.toEqual([]);
      expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length);
      const unit = fieldConfig?.defaults.unit;
      if (type === 'stat' || type === 'timeseries') expect(unit, title).toBeTypeOf('string');
    }
  });

  it('takes its data source from a variable, and no id from where it was made', () => {
    expect(dashboard.id).toBeUndefined();
    expect(dashboard.uid).toBe(name);
    const variables = dashboard.templating.list;
    expect(variables.filter(({ type }) => type === 'datasource')).toMatchObject([
      { name: 'datasource', query: kind },
    ]);
    for (const { title, datasource } of shown(dashboard)) {
      expect(datasource, title).toEqual({ type: kind, uid: '${datasource}' });
    }
    const uids = [...dashboardText(name).matchAll(/"uid": "([^"]*)"/g)].map(([, uid]) => uid);
    expect(new Set(uids)).toEqual(new Set([name, '${datasource}']));
    const used = queries(dashboard).flatMap(({ target }) => target.expr.match(/\$\w+/g) ?? []);
    const known = [
      ...variables.map((variable) => `$${variable.name}`),
      '$__rate_interval',
      '$__auto',
      '$__range',
    ];
    expect(used.filter((variable) => !known.includes(variable))).toEqual([]);
  });

  it('has a data source where it is provisioned', () => {
    const text = readFileSync(deployed('grafana/provisioning/datasources.yaml'), 'utf8');
    const { datasources } = parse(text) as { datasources: { type: string }[] };
    expect(datasources.map(({ type }) => type)).toContain(kind);
  });
});

describe('the dashboard of the log', () => {
  it.each(logPanels)('$where: asks for events, fields and labels that there are', ({ target, panel }) => {
    const { labels, events, fields } = logUse(target.expr);
    expect(labels.filter((label) => !['job', 'level', 'stream'].includes(label))).toEqual([]);
    expect(unknownIn(target.expr)).toEqual([]);
    const legend = [...(target.legendFormat ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
    expect(legend.filter((label) => label === undefined || !fields.includes(label))).toEqual([]);
    const columns = panel.transformations
      .filter(({ id }) => id === 'organize')
      .flatMap(({ options }) => Object.keys(options.indexByName ?? {}));
    const [event] = events.filter(isEvent);
    if (columns.length > 0) {
      expect(columns.toSorted()).toEqual(event && Object.keys(logEvents[event].shape).toSorted());
    }
  });

  it('has what it labels by from the log shipper', () => {
    const text = readFileSync(deployed('alloy/config.alloy'), 'utf8');
    expect(text).toMatch(/stage\.labels \{\s+values = \{level = ""\}/);
    expect(text).toMatch(/stage\.static_labels \{\s+values = \{job = "oddstream"\}/);
    // Which sets the label `stream`.
    expect(text).toContain('stage.docker {}');
  });
});

describe('reading queries', () => {
  it.each([
    ['{job="o"} | json | event="gap.close"', ['gap.close']],
    [
      'sum by (raeson) (count_over_time({job="o"} | json | event="gap.closed" [5m]))',
      ['raeson of gap.closed'],
    ],
    ['sum(rate({job="o"} | json | event="poll.changed" | unwrap rows [5m]))', ['rows of poll.changed']],
    [
      '{job="o"} | json reason="reason" | event="gap.closed" or event="race.status"',
      ['reason of race.status'],
    ],
    ['{job="o"} | json | reason="timeout"', ['reason']],
  ])('finds what the log does not have in %s', (query, unknown) => {
    expect(unknownIn(query)).toEqual(unknown);
  });

  it.each(['{job="o"} | logfmt | event="gap.closed"', '{job="o" | json', '{job="o"} | json | event!="a" ;'])(
    'refuses %s',
    (query) => {
      expect(() => logUse(query)).toThrow(query);
    },
  );

  it('finds metrics, labels and groups in PromQL', () => {
    const query =
      'sum by (le, a) (rate(x_bucket{b="}", c!~"d"}[5m])) / on (e) group_left y > bool 1e3 or absent(z{})';
    expect(promUse(query)).toEqual({
      selectors: [
        { metric: 'x_bucket', labels: ['b', 'c'], text: 'x_bucket{b="}", c!~"d"}' },
        { metric: 'y', labels: [], text: 'y' },
        { metric: 'z', labels: [], text: 'z{}' },
      ],
      grouping: ['le', 'a', 'e'],
    });
  });
});

describe('the alerts', () => {
  const docs = readFileSync(join(root, 'docs/observability.md'), 'utf8');

  it.each(readAlerts())('$alert says what to do, here and in the docs', ({ alert, annotations }) => {
    expect(annotations.runbook).toBe(`docs/observability.md#${alert.toLowerCase()}`);
    expect(docs.match(new RegExp(`^### ${alert}$`, 'gm'))).toHaveLength(1);
    for (const text of Object.values(annotations)) expect(text.length).toBeGreaterThan(10);
  });

  it('are all that the docs tell of, each tried by the rule tests', () => {
    const alerts = readAlerts().map(({ alert }) => alert);
    const told = [...docs.matchAll(/^### (Oddstream\w+)$/gm)].map(([, alert]) => alert);
    expect(told).toEqual(alerts);
    const tests = readFileSync(deployed('prometheus/alerts.test.yaml'), 'utf8');
    expect(alerts.filter((alert) => !tests.includes(alert))).toEqual([]);
  });
});
