import { firstValueFrom, toArray } from 'rxjs';
import { appwriteTable } from '../sinks/appwrite/appwrite-tables.ts';
import { messageOf } from '../domain/thrown.ts';
import type { DeadLetter, DeadLetterBox } from '../journal/dead-letter-box.ts';
import { openDeadLetters } from '../journal/dead-letter-box.ts';
import { openAppwrite } from '../sinks/appwrite/client.ts';
import { deliver } from '../sinks/appwrite/deliver.ts';
import { outgoing } from '../sinks/appwrite/encode.ts';
import { outletOf } from '../sinks/appwrite/outlet.ts';
import type { Outlet } from '../sinks/appwrite/outlet.ts';
import { requireAppwrite } from '../app/settings/appwrite-settings.ts';
import { loadEnvironment } from '../app/settings/environment.ts';
import { CommandError, UsageError } from '../app/errors.ts';
import { defaultJournal } from './default-journal.ts';
import type { CommonOptions } from './common-options.ts';
import { readSettings } from '../app/settings/settings.ts';
import { printError, printJson, printLines } from '../app/terminal.ts';

export interface DeadLettersOptions extends CommonOptions {
  readonly json?: true;
  /** All of them, instead of those that are named. */
  readonly all?: true;
}

/** `oddstream dead-letters list` */
export function listDeadLetters(options: DeadLettersOptions): void {
  const box = openDeadLetters(options.db ?? defaultJournal());
  try {
    const letters = box.list();
    if (options.json) printJson(letters);
    else if (letters.length === 0) printLines('No dead letters.');
    else printLines(...letters.map(line));
  } finally {
    box.close();
  }
}

/** `oddstream dead-letters drop` */
export function dropDeadLetters(ids: readonly string[], options: DeadLettersOptions): void {
  const box = openDeadLetters(options.db ?? defaultJournal());
  try {
    const letters = chosen(box, ids, options);
    for (const letter of letters) box.drop(letter);
    printLines(`${letters.length} dropped.`);
  } finally {
    box.close();
  }
}

/**
 * `oddstream dead-letters retry`: sends the rows as the journal has them now.
 * @throws CommandError when any of them is refused again
 */
export async function retryDeadLetters(ids: readonly string[], options: DeadLettersOptions): Promise<void> {
  const { access } = requireAppwrite(readSettings(loadEnvironment()));
  const box = openDeadLetters(options.db ?? defaultJournal());
  const appwrite = openAppwrite(access);
  try {
    const letters = chosen(box, ids, options);
    let left = 0;
    for (const letter of letters) {
      const reason = await retry(letter, box, outletOf(appwrite));
      if (reason === null) continue;
      box.explain(letter, reason);
      printError(`oddstream: ${line({ ...letter, reason })}`);
      left++;
    }
    printLines(`${letters.length - left} delivered, ${left} left.`);
    if (left > 0) throw new CommandError('Some rows are still refused; set right what is said of them.');
  } finally {
    box.close();
    await appwrite.close();
  }
}

/** @returns why the row is refused again; null when it is delivered, and its letter gone */
async function retry(letter: DeadLetter, box: DeadLetterBox, outlet: Outlet): Promise<string | null> {
  const stored = box.row(letter);
  if (stored === undefined) return 'The journal has no such row any more: drop the letter.';
  const table = appwriteTable(letter.table);
  const learnt = { rowLimit: 1, refusedInARow: 0 };
  const rows = [outgoing(table, stored)];
  try {
    const parts = await firstValueFrom(
      deliver({ table, kinds: null }, rows, outlet, learnt).pipe(toArray()),
      {
        defaultValue: [],
      },
    );
    const reason = parts.flatMap(({ refused }) => refused)[0]?.reason;
    if (reason !== undefined) return reason;
  } catch (error) {
    throw new CommandError(messageOf(error), { cause: error });
  }
  box.drop(letter);
  return null;
}

function chosen(box: DeadLetterBox, ids: readonly string[], { all }: DeadLettersOptions): DeadLetter[] {
  if ((ids.length === 0) === (all !== true)) {
    throw new UsageError(['Name the ids of the letters, or give --all.']);
  }
  const letters = box.list(ids);
  const missing = ids.filter((id) => !letters.some((letter) => letter.id === id));
  if (missing.length > 0) throw new CommandError(`There is no dead letter ${missing.join(', ')}.`);
  return letters;
}

function line({ id, createdAt, sink, table, rowKey, reason }: DeadLetter): string {
  return `${id}  ${createdAt}  ${sink}  ${table} ${rowKey}: ${reason}`;
}
