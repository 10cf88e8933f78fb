import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { deployed, queries, readAlerts, readDashboard } from '../support/dashboards.ts';
import { exposedSeries } from '../support/exposition.ts';
import { temporaryDirectory } from '../support/process.ts';
import { hasPrometheus, startPrometheus } from '../support/prometheus.ts';
import type { Prometheus } from '../support/prometheus.ts';
import { promUse } from '../support/promql.ts';
import { racedayStart } from '../support/raceday.ts';
import { serveRun } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';
import { makeSchema } from '../support/sink.ts';
import { standInProcess } from '../support/sink-processes.ts';

/*
 * Every metric and label of the dashboard and of the alerts, held against what a recorder with a remote store answers, and
 * every query against a Prometheus that reads it.
 */

const prometheusIsHere = hasPrometheus();
if (!prometheusIsHere) {
  console.warn(
    'No query of the dashboard was evaluated: there is no Prometheus here (apt-get install prometheus).',
  );
}

const patience = { timeout: 500_000, interval: 500 };
const directory = temporaryDirectory();
const panels = queries(readDashboard('oddstream')).map(({ where, target }) => ({ where, ...target }));
const alerts = readAlerts();
const asked = [
  ...panels.map(({ where, expr }) => ({ where, expr })),
  ...alerts.map(({ alert, expr }) => ({ where: alert, expr })),
];
/** What Prometheus itself adds. */
const ofPrometheus = { metrics: ['up', 'ALERTS'], labels: ['instance', 'job'] };

let recorder: Serving;
let prometheus: Prometheus | undefined;
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const store = await standInProcess();
  stops.push(store.stop);
  await makeSchema(store.connect(), ['races', 'entrants']);
  const args = [
    '--db',
    join(directory.path, 'run.db'),
    '--races',
    '20',
    '--origin',
    racedayStart,
    '--speed',
    '60',
  ];
  const running = await serveRun(args, { ...store.env, APPWRITE_TABLES: 'races,entrants' });
  stops.push(() => {
    running.child.kill('SIGKILL');
    return running.ended;
  });
  recorder = running;
  if (prometheusIsHere) {
    prometheus = await startPrometheus(recorder.url);
    stops.push(prometheus.stop);
  }
  await recorder.says('"poll.changed"');
  await recorder.says('"sink.delivered"');
});

afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
  directory.remove();
});

/** What the recorder answers once it has answered before: requests are counted too. */
async function exposed() {
  const ask = async () => exposedSeries(await (await fetch(`${recorder.url}/metrics`)).text());
  return vi.waitFor(async () => {
    const series = await ask();
    expect(series.get('oddstream_http_requests_total')?.size).toBe(2);
    return series;
  }, patience);
}

describe('the dashboard and the alerts', () => {
  it('ask for metrics and labels that the recorder has', async () => {
    const series = await exposed();
    const missing = asked.flatMap(({ where, expr }) => {
      const { selectors, grouping } = promUse(expr);
      expect(selectors, where).not.toEqual([]);
      return selectors
        .filter(({ metric }) => !ofPrometheus.metrics.includes(metric))
        .flatMap(({ metric, labels }) => {
          const known = series.get(metric);
          if (known === undefined) return [`${where}: ${metric}`];
          return [...labels, ...grouping]
            .filter((label) => !known.has(label) && !ofPrometheus.labels.includes(label))
            .map((label) => `${where}: ${label} of ${metric}`);
        });
    });
    expect(missing).toEqual([]);
  });
});

describe.skipIf(!prometheusIsHere)('with a Prometheus that reads the recorder', () => {
  const evaluated = async (expression: string) => {
    const known = expression
      .replaceAll('$instance', new URL(recorder.url).host)
      .replaceAll('$__rate_interval', '30s');
    expect(known).not.toContain('$');
    return (await prometheus?.query(known)) ?? [];
  };

  it(
    'every panel has something to show, with the labels that its legend names',
    { timeout: 500_000 },
    async () => {
      const open = new Set(panels.filter(({ expr }) => !expr.startsWith('ALERTS{')));
      expect(open.size).toBe(panels.length - 1);
      await vi.waitFor(
        async () => {
          for (const panel of open) {
            const result = await evaluated(panel.expr);
            if (!result.some(({ value }) => Number.isFinite(value))) continue;
            const legend = [...(panel.legendFormat ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(
              ([, label = '']) => label,
            );
            for (const { labels } of result)
              expect(Object.keys(labels), panel.where).toEqual(expect.arrayContaining(legend));
            open.delete(panel);
          }
          expect([...open].map(({ where }) => where)).toEqual([]);
        },
        { ...patience, timeout: 60_000 },
      );
    },
  );

  it('every alert is evaluated, and what it looks at is there', async () => {
    await vi.waitFor(async () => {
      const rules = (await prometheus?.rules()) ?? [];
      expect(rules.map(({ name, health, lastError }) => ({ name, health, lastError }))).toEqual(
        alerts.map(({ alert }) => ({ name: alert, health: 'ok', lastError: undefined })),
      );
    }, patience);
    for (const { alert, expr } of alerts) {
      for (const { text } of promUse(expr).selectors) {
        expect(await evaluated(text), `${alert}: ${text}`).not.toEqual([]);
      }
    }
  });

  it('refuses a query that is wrong', async () => {
    await expect(evaluated('sum by (oddstream_ready')).rejects.toThrow('parse error');
    expect(await evaluated('oddstream_no_such_metric')).toEqual([]);
  });

  it.each([
    ['check', 'config', 'prometheus/prometheus.yaml'],
    ['check', 'rules', 'prometheus/alerts.yaml'],
    ['test', 'rules', 'prometheus/alerts.test.yaml'],
  ])('promtool %s %s %s', (...args) => {
    const [verb, what, file] = args;
    const { status, stdout, stderr } = spawnSync('promtool', [verb, what, deployed(file)], {
      encoding: 'utf8',
    });
    expect({ status, told: status === 0 ? '' : `${stdout}${stderr}` }).toEqual({ status: 0, told: '' });
  });
});
