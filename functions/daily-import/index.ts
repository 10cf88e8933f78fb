import { CommandError, UsageError } from '../../src/app/errors.ts';
import { redact } from '../../src/domain/secret.ts';
import { advice } from '../../src/sinks/appwrite/advice.ts';
import { AppwriteError } from '../../src/sinks/appwrite/errors.ts';
import { isPause } from '../../src/sinks/appwrite/wait.ts';
import { JournalError } from '../../src/journal/errors.ts';
import { importDay } from './import.ts';
import { executionLog } from './log.ts';
import type { Answer, Execution } from './runtime.ts';
import { readFunctionSettings } from './settings.ts';

/** Appwrite counts an execution as failed from this status. */
const failed = 500;

/** The daily import, as Appwrite's Node runtime calls it. */
export default async function dailyImport({ req, res, log, error }: Execution): Promise<Answer> {
  const startedAt = Date.now();
  const tell = (problems: readonly string[]): string[] => {
    const safe = problems.map(redact);
    for (const problem of safe) error(problem);
    return safe;
  };
  try {
    const settings = readFunctionSettings(process.env, req.headers['x-appwrite-key']);
    const outcome = await guarded(() => importDay(settings, startedAt, executionLog({ log, error })));
    const problems = tell(outcome.problems);
    return res.json({ ...outcome, problems }, problems.length === 0 ? 200 : failed);
  } catch (cause) {
    return res.json({ problems: tell(problemsOf(cause)) }, failed);
  }
}

/** A fault that nobody catches fails the execution: by itself it would end the runtime and print what it holds. */
function guarded<T>(work: () => Promise<T>): Promise<T> {
  const { promise: crash, reject } = Promise.withResolvers<never>();
  const events = ['uncaughtException', 'unhandledRejection'];
  for (const event of events) process.on(event, reject);
  // What has begun goes on after a fault, and may meet another one.
  const ended = work().finally(() => {
    for (const event of events) process.off(event, reject);
  });
  return Promise.race([ended, crash]);
}

function problemsOf(cause: unknown): readonly string[] {
  if (cause instanceof UsageError) return cause.problems;
  if (cause instanceof AppwriteError) {
    const { message } = cause;
    const reason = isPause(cause) ? advice(cause) : message;
    return [`Nothing is imported, since it cannot be read what Appwrite has: ${reason}`];
  }
  const expected = [CommandError, JournalError].some((kind) => cause instanceof kind);
  if (expected && cause instanceof Error) return [cause.message];
  return [`The import failed by a fault of its own: ${stackOf(cause)}`];
}

/** Name, message and stack and nothing else: further properties of an error can hold what must not be shown. */
function stackOf(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? `${cause.name}: ${cause.message}`) : typeof cause;
}
