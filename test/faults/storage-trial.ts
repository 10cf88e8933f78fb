import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { tables } from '../../src/domain/tables.ts';
import { timestamp } from '../../src/domain/time.ts';
import { JournalError } from '../../src/journal/errors.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { openRepair } from '../../src/journal/repair.ts';
import { rowFault } from '../../src/journal/row-faults.ts';
import type { StoredRow } from '../../src/journal/rows.ts';
import { parseSource } from '../../src/journal/source.ts';
import type { JournalSource } from '../../src/journal/source.ts';

/** What is done to a journal at rest. */
export interface Damage {
  readonly kind: 'truncated' | 'flipped';
  readonly part: '' | '-wal';
  /** Byte of the file. */
  readonly at: number;
  /** Bit of that byte, 0 to 7. */
  readonly bit: number;
}

/** What came of it. */
export interface Trial {
  readonly outcome: 'started' | 'repaired';
  readonly lost: readonly string[];
  readonly untrue: readonly string[];
  readonly problems: readonly string[];
  /** Whether a value in a column that no id covers is another one: nothing in SQLite's format tells. */
  readonly unseen: boolean;
}

const history = Object.values(tables).filter(({ kind }) => kind === 'history');

/** A journal that is damaged again and again, and what was in it before. */
export class Victim {
  readonly file: string;
  readonly source: JournalSource;
  readonly sizes: Readonly<Record<Damage['part'], number>>;
  readonly #directory: string;
  readonly #rows: Map<string, Map<string, StoredRow>>;
  /** End of each transaction in the log, and the newest row's number before the first and after each. */
  readonly #ends: readonly number[];
  readonly #newest: number[];

  /** @param directory where the copies go */
  constructor(file: string, directory: string) {
    this.file = file;
    this.#directory = directory;
    const size = (part: string): number =>
      existsSync(`${file}${part}`) ? readFileSync(`${file}${part}`).length : 0;
    this.sizes = { '': size(''), '-wal': size('-wal') };
    const copy = this.#copy('whole');
    this.#rows = readRows(copy);
    this.source = sourceOf(copy);
    this.#ends = size('-wal') === 0 ? [] : transactionEnds(readFileSync(`${file}-wal`));
    this.#newest = [0, ...this.#ends].map((end) => newestAfter(this.#copy('prefix'), end));
  }

  /** Damages a copy and starts it, or repairs it where that is refused. */
  attempt(damage: Damage): Trial {
    const copy = this.#copy('copy');
    applyDamage(copy, damage);
    const valid = this.#validUpTo(damage);
    const problems: string[] = [];
    const refusal = this.#start(copy);
    if (refusal === null) return { outcome: 'started', ...this.#judge(copy, valid, false), problems };
    problems.push(...sentenceProblems(refusal, copy));
    const failed = repair(copy, this.source);
    if (failed !== null) problems.push(`not repaired: ${failed}`);
    const again = failed === null ? this.#start(copy) : null;
    if (again !== null) problems.push(`refused after its repair: ${again}`);
    return { outcome: 'repaired', ...this.#judge(copy, valid, true), problems };
  }

  #copy(name: string): string {
    const copy = join(this.#directory, `${name}.db`);
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 3 });
    copyDirectory(this.file, copy);
    return copy;
  }

  /** @returns the sentence with which it is refused */
  #start(copy: string): string | null {
    try {
      openJournal(copy, { source: this.source, now: Date.now }).close();
      return null;
    } catch (error) {
      return error instanceof JournalError ? error.message : `not told: ${String(error)}`;
    }
  }

  /** The number of the newest row of the longest state that is whole. */
  #validUpTo({ part, at }: Damage): number {
    const before = part === '' ? this.#ends.length : this.#ends.filter((end) => end <= at).length;
    return this.#newest[before] ?? Infinity;
  }

  #judge(copy: string, valid: number, repaired: boolean): Pick<Trial, 'lost' | 'untrue' | 'unseen'> {
    const found = readRows(copy);
    const gaps = [...(found.get('gaps')?.values() ?? [])];
    const known = new Set(
      ['races', 'polls', 'entrants', 'odds_history', 'pool_history'].flatMap((table) =>
        racesOf(found, table),
      ),
    );
    const lost: string[] = [];
    const untrue: string[] = [];
    let unseen = false;
    for (const { name } of history) {
      const before = this.#rows.get(name) ?? new Map<string, StoredRow>();
      for (const [id, row] of found.get(name) ?? []) {
        const original = before.get(id);
        if (original === undefined || rowFault(name as keyof typeof tables, row) !== null)
          untrue.push(`${name} ${id}`);
        else unseen ||= !sameRow(row, original);
      }
      for (const [id, row] of before) {
        if (Number(row.seq) > valid || found.get(name)?.has(id)) continue;
        if (repaired && (!known.has(String(row.race_id)) || isTold(row, gaps))) continue;
        lost.push(`${name} ${id} seq ${String(row.seq)}`);
      }
    }
    return { lost, untrue, unseen };
  }
}

function racesOf(rows: ReadonlyMap<string, Map<string, StoredRow>>, table: string): string[] {
  return [...(rows.get(table)?.values() ?? [])].map(({ race_id }) => String(race_id));
}

function isTold({ race_id, seq }: StoredRow, gaps: readonly StoredRow[]): boolean {
  const time = timestamp(Math.floor(Number(seq) / 1000));
  return gaps.some(
    (gap) =>
      gap.race_id === race_id &&
      String(gap.from_time) <= time &&
      (gap.to_time === null || String(gap.to_time) >= time),
  );
}

function sameRow(row: StoredRow, original: StoredRow): boolean {
  return JSON.stringify({ ...row, seq: 0 }) === JSON.stringify({ ...original, seq: 0 });
}

function sentenceProblems(sentence: string, file: string): string[] {
  const isOne = /^[^\n]+\.$/.test(sentence) && sentence.includes(file);
  const hasWayOut = sentence.includes('oddstream repair') || sentence.includes('newer oddstream');
  return isOne && hasWayOut ? [] : [`told as: ${sentence}`];
}

/** @returns why it failed */
function repair(file: string, source: JournalSource): string | null {
  try {
    const work = openRepair(file);
    try {
      if (work.damage() === null) return 'it is called healthy';
      work.salvage(source);
      work.fill(false);
      work.finish();
      return null;
    } finally {
      work.close();
    }
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

/** Damages a copy of a journal. */
export function applyDamage(copy: string, { kind, part, at, bit }: Damage): void {
  const file = `${copy}${part}`;
  if (kind === 'truncated') {
    truncateSync(file, at);
    return;
  }
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
  writeFileSync(file, bytes);
}

/** The journal as its readers see it. */
function readRows(file: string): Map<string, Map<string, StoredRow>> {
  if (!existsSync(file)) return new Map();
  const db = new DatabaseSync(file);
  try {
    return new Map(
      Object.values(tables).map(({ name, key }) => [
        name,
        new Map(
          db
            .prepare(`SELECT * FROM "${name}"`)
            .all()
            .map((row) => [String(row[key]), { ...row }]),
        ),
      ]),
    );
  } finally {
    db.close();
  }
}

function sourceOf(file: string): JournalSource {
  const db = new DatabaseSync(file);
  const row = db.prepare("SELECT value FROM meta WHERE key = 'source'").get();
  db.close();
  return parseSource(file, String(row?.value));
}

function newestAfter(copy: string, logBytes: number): number {
  if (existsSync(`${copy}-wal`)) truncateSync(`${copy}-wal`, logBytes);
  const all = [...readRows(copy).values()].flatMap((rows) => [...rows.values()]);
  return all.reduce((newest, { seq }) => Math.max(newest, Number(seq)), 0);
}

export const pageBytes = 4_096;
export const frameBytes = 24 + pageBytes;
export const logHeaderBytes = 32;

/** Where each transaction of a log ends. */
function transactionEnds(log: Buffer): number[] {
  const ends: number[] = [];
  for (let at = logHeaderBytes; at + frameBytes <= log.length; at += frameBytes) {
    if (log.readUInt32BE(at + 4) !== 0) ends.push(at + frameBytes);
  }
  return ends;
}

function copyDirectory(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  for (const part of ['', '-wal', '-lock']) {
    if (existsSync(`${from}${part}`)) copyFileSync(`${from}${part}`, `${to}${part}`);
  }
}
