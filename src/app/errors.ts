import { redact, remember } from '../domain/secret.ts';
import { JournalError } from '../journal/errors.ts';
import { UnreadableError } from '../sources/recording/open.ts';
import { readSmallFile } from './settings/small-file.ts';
import { printError } from './terminal.ts';

/** Bad settings or a bad command line: told line by line, exit code 2. */
export class UsageError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'UsageError';
    this.problems = problems;
  }
}

/** Something that the user can set right: told in one sentence, exit code 1. */
export class CommandError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'CommandError';
  }
}

/** Several steps of one thing failed, each by itself. */
export class StepErrors extends AggregateError {}

/**
 * Tells on standard error why a command failed.
 * @returns the exit code: 2 for bad usage, 1 for a failure
 */
export function reportFailure(error: unknown): 1 | 2 {
  rememberCredentials();
  const parts = partsOf(error);
  if (parts !== null) return parts.map(reportFailure).includes(1) ? 1 : 2;
  if (error instanceof UsageError) {
    for (const problem of error.problems) printError(`oddstream: ${redact(problem)}`);
    return 2;
  }
  const expected = [CommandError, JournalError, UnreadableError].some((kind) => error instanceof kind);
  if (expected && error instanceof Error) printError(`oddstream: ${redact(error.message)}`);
  else printError(`oddstream failed by a fault of its own: ${redact(describe(error))}`);
  return 1;
}

/** The errors that one stands for; null when it stands for itself. */
function partsOf(error: unknown): readonly unknown[] | null {
  if (error instanceof StepErrors) return error.errors as unknown[];
  return error instanceof SuppressedError ? [error.suppressed, error.error] : null;
}

/** Name, message and stack and nothing else: further properties of an error can hold what must not be shown. */
function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : typeof error;
}

const credentials = ['TAB_FROM', 'TAB_PARTNER', 'TAB_PARTNER_ID', 'APPWRITE_API_KEY'];

/** Commands that need no credentials have them in their environment all the same. */
function rememberCredentials(): void {
  for (const name of credentials) {
    const { [name]: value, [`${name}_FILE`]: file } = process.env;
    if (value !== undefined) remember(value);
    try {
      if (file !== undefined) remember(readSmallFile(file).trim());
    } catch {
      // Whoever needs it will have said so.
    }
  }
}
