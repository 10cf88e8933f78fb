import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse, stringify } from 'yaml';
import { deployed } from './dashboards.ts';
import { unusedPort } from './http.ts';
import { temporaryDirectory } from './process.ts';

/** Whether Prometheus and its promtool are installed here. */
export function hasPrometheus(): boolean {
  try {
    execFileSync('prometheus', ['--version'], { stdio: 'ignore' });
    execFileSync('promtool', ['--version'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** One series of a result. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Prometheus {
  /** Evaluates a query now. @throws Error with what Prometheus says against it */
  readonly query: (expression: string) => Promise<Series[]>;
  /** What its rules are and how evaluating them goes. */
  readonly rules: () => Promise<RuleHealth[]>;
  readonly stop: () => Promise<void>;
}

export interface RuleHealth {
  readonly name: string;
  readonly health: 'ok' | 'err' | 'unknown';
  readonly lastError?: string;
}

interface Configuration {
  readonly global: object;
  readonly scrape_configs: readonly [{ readonly static_configs: object }];
}

/** Prometheus with the configuration and the rules of `deploy/`, reading one recorder every second. */
export async function startPrometheus(recorder: string): Promise<Prometheus> {
  const directory = temporaryDirectory();
  const port = await unusedPort();
  cpSync(deployed('prometheus'), directory.path, { recursive: true });
  const file = join(directory.path, 'prometheus.yaml');
  const { scrape_configs, ...rest } = parse(readFileSync(file, 'utf8')) as Configuration;
  const [job] = scrape_configs;
  const here = {
    ...rest,
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    scrape_configs: [{ ...job, static_configs: [{ targets: [new URL(recorder).host] }] }],
  };
  writeFileSync(file, stringify(here));
  const child = spawn(
    'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(directory.path, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const said = text(child.stderr);
  const ended = once(child, 'exit');
  const address = `http://127.0.0.1:${port}`;
  const isUp = async (): Promise<void> => {
    while (child.exitCode === null && !(await answers(`${address}/-/ready`)))
      await new Promise((resolve) => setTimeout(resolve, 200));
  };
  await Promise.race([
    isUp(),
    ended.then(async () => Promise.reject(new Error(`Prometheus ended at once: ${await said}`))),
  ]);
  return {
    query: async (expression) => {
      const { result } = await asked<{ result: Vector }>(
        `${address}/api/v1/query?${new URLSearchParams({ query: expression }).toString()}`,
      );
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    rules: async () => {
      const { groups } = await asked<{ groups: { rules: RuleHealth[] }[] }>(`${address}/api/v1/rules`);
      return groups.flatMap(({ rules }) => rules);
    },
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      directory.remove();
    },
  };
}

type Vector = readonly { readonly metric: Record<string, string>; readonly value: [number, string] }[];

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch (error) {
    // Nobody listens there yet.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

async function asked<T>(url: string): Promise<T> {
  const answer = (await (await fetch(url)).json()) as { data: T } | { error: string };
  if ('error' in answer) throw new Error(answer.error);
  return answer.data;
}
