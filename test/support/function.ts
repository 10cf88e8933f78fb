import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { request } from 'undici';
import type { ExecutionRequest, FinishedExecution } from './function-runtime.ts';
import { serve } from './http.ts';
import type { TestServer } from './http.ts';
import { plainEnvironment, root } from './process.ts';

/** Builds the function's one file into a directory, as `npm run build:function` does. */
export async function buildFunction(directory: string): Promise<string> {
  const rolldown = join(root, 'node_modules/rolldown/bin/cli.mjs');
  const config = join(root, 'functions/daily-import/rolldown.config.ts');
  await promisify(execFile)(process.execPath, [rolldown, '-c', config, '--dir', directory], { cwd: root });
  return join(directory, 'index.cjs');
}

export interface Executed extends FinishedExecution {
  /** What the runtime's process printed beside that. */
  readonly stderr: string;
}

/**
 * One execution, in a process of its own that has to end by itself: nothing may be left running. With
 * FUNCTION_NODE it is another Node than the test's: the runtime of the configuration is Node 22.
 */
export async function executeFunction(
  given: ExecutionRequest,
  variables: Readonly<Record<string, string>>,
): Promise<Executed> {
  const child = spawn(
    process.env.FUNCTION_NODE ?? process.execPath,
    [join(root, 'test/support/function-runtime.ts')],
    {
      cwd: root,
      env: { ...plainEnvironment(), ...variables },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  child.stdin.end(JSON.stringify(given));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (!stdout.startsWith('{')) throw new Error(`The runtime did not answer: ${stdout} ${stderr}`);
  return { ...(JSON.parse(stdout) as FinishedExecution), stderr };
}

/** An answer of the feed. */
export interface FeedAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * A feed in front of another one.
 * @param answer makes the answer to a request; null never answers
 */
export function serveFeed(
  upstream: string,
  answer: (path: string, ask: () => Promise<FeedAnswer>) => Promise<FeedAnswer | null>,
): Promise<TestServer> {
  return serve((asked, response) => {
    const path = asked.url ?? '/';
    const ask = async (): Promise<FeedAnswer> => {
      const { statusCode, body } = await request(`${upstream}${path}`);
      return { status: statusCode, body: await body.text() };
    };
    answer(path, ask).then(
      (given) => {
        if (given === null) return;
        response.writeHead(given.status, { 'content-type': 'application/json' }).end(given.body);
      },
      () => response.destroy(),
    );
  });
}
