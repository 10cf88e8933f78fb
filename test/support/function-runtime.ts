import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

/*
 * A process that calls a function as Appwrite's Node runtime does (open-runtimes, runtimes/node, src/server.js): its
 * file is taken by require(), it is given { req, res, log, error }, what it throws and what takes too long is answered
 * with 500. The request is read from standard input, and the execution is written to standard output as JSON.
 */

/** What the runtime is asked to do. */
export interface ExecutionRequest {
  /** The function's file. */
  readonly entrypoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds after which it is answered with 500. */
  readonly timeout: number;
}

/** What Appwrite keeps of an execution. */
export interface FinishedExecution {
  readonly statusCode: number;
  readonly body: string;
  readonly logs: readonly string[];
  readonly errors: readonly string[];
}

interface Output {
  readonly body: string;
  readonly statusCode: number;
}

type Called = (context: object) => Promise<Output | undefined>;

const logs: string[] = [];
const errors: string[] = [];

const writes =
  (lines: string[]) =>
  (...messages: unknown[]): void => {
    lines.push(
      messages.map((one) => (one instanceof Error ? (one.stack ?? String(one)) : String(one))).join(' '),
    );
  };

const [log, error] = [writes(logs), writes(errors)];

function contextOf(headers: Readonly<Record<string, string>>): object {
  const answer = (body: string, statusCode = 200): Output => ({ body, statusCode });
  return {
    req: { headers, method: 'POST', path: '/', query: {}, bodyText: '', bodyRaw: '', body: '' },
    res: {
      text: answer,
      json: (body: unknown, statusCode?: number) => answer(JSON.stringify(body), statusCode),
      empty: () => answer('', 204),
    },
    log,
    error,
  };
}

async function execute({ entrypoint, headers, timeout }: ExecutionRequest): Promise<Output> {
  const failure: Output = { body: '', statusCode: 500 };
  const loaded = createRequire(import.meta.url)(entrypoint) as Called | { readonly default: Called };
  const called = typeof loaded === 'function' ? loaded : loaded.default;
  const { promise: late, resolve } = Promise.withResolvers<Output>();
  const timer = setTimeout(() => {
    error('Execution timed out.');
    resolve(failure);
  }, timeout * 1000);
  try {
    const output = await Promise.race([called(contextOf(headers)), late]);
    if (output === undefined) error('Return statement missing.');
    return output ?? failure;
  } catch (cause) {
    error(cause);
    return failure;
  } finally {
    clearTimeout(timer);
  }
}

Object.assign(console, { log, info: log, debug: log, warn: log, error: log });
const request = JSON.parse(await text(process.stdin)) as ExecutionRequest;
const { statusCode, body } = await execute(request);
const finished: FinishedExecution = { statusCode, body, logs, errors };
process.stdout.write(JSON.stringify(finished));
