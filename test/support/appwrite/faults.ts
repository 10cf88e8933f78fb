import type { Outcome } from './catalog.ts';
import { Refusal } from './errors.ts';
import type { ActiveFault, Fault, FaultKind, Faults, When } from './fault-types.ts';
import type { JsonObject } from './json.ts';

/** A request as faults see it. */
export interface Subject {
  readonly method: string;
  readonly route: string;
  readonly table: string | null;
}

/** What the rest of the stand-in asks. */
export interface WorkingFaults extends Faults {
  /** The faults that meet this request, in the order in which they were added. */
  meet(subject: Subject): Fault[];
  /** Refuses rows that are poisoned. */
  taste(table: string, rows: readonly JsonObject[]): void;
  /** Columns that rows of a table cannot have. */
  hidden(table: string): ReadonlySet<string>;
  /** How the making of a column or an index is to end. */
  outcome(key: string): Outcome;
}

/** Takes the server down and up. */
export interface Switch {
  readonly down: (mode: 'refuse' | 'reset') => void;
  readonly up: () => Promise<void>;
}

interface Entry {
  readonly id: number;
  readonly fault: Fault;
  seen: number;
  hits: number;
  timer: NodeJS.Timeout | null;
}

/** Reproducible chance: xorshift32. */
function chance(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function concerns(when: When, { method, route, table }: Subject): boolean {
  return (
    (when.methods?.includes(method) ?? true) &&
    (when.routes?.includes(route) ?? true) &&
    (when.table === undefined || when.table === table)
  );
}

function strikes(entry: Entry, when: When, random: () => number): boolean {
  entry.seen += 1;
  const after = entry.seen - (when.skip ?? 0);
  if (after <= 0 || after % (when.every ?? 1) !== 0) return false;
  if (entry.hits >= (when.times ?? Infinity)) return false;
  return random() < (when.share ?? 1);
}

export function createFaults(seed: number, { down, up }: Switch): WorkingFaults {
  const entries = new Map<number, Entry>();
  const random = chance(seed);
  let last = 0;

  const of = <K extends FaultKind>(kind: K): (Entry & { readonly fault: Extract<Fault, { kind: K }> })[] =>
    [...entries.values()].filter(
      (entry): entry is Entry & { readonly fault: Extract<Fault, { kind: K }> } => entry.fault.kind === kind,
    );

  const clear = async (id?: number): Promise<void> => {
    const ended = [...entries.values()].filter((entry) => id === undefined || entry.id === id);
    for (const entry of ended) {
      entries.delete(entry.id);
      if (entry.timer) clearTimeout(entry.timer);
    }
    if (ended.some(({ fault }) => fault.kind === 'down') && of('down').length === 0) await up();
  };

  return {
    clear,
    add(fault) {
      last += 1;
      const entry: Entry = { id: last, fault, seen: 0, hits: 0, timer: null };
      entries.set(entry.id, entry);
      if (fault.kind === 'down') {
        down(fault.mode ?? 'refuse');
        if (fault.ms !== undefined) entry.timer = setTimeout(() => void clear(entry.id), fault.ms).unref();
      }
      return {
        id: entry.id,
        get hits() {
          return entry.hits;
        },
        clear: () => clear(entry.id),
      };
    },
    list: () => [...entries.values()].map(({ id, fault, hits }): ActiveFault => ({ id, fault, hits })),
    meet(subject) {
      const met: Fault[] = [];
      for (const entry of entries.values()) {
        const { fault } = entry;
        if (fault.kind === 'down' || fault.kind === 'poison') continue;
        if (fault.kind === 'missing-column' || fault.kind === 'schema') continue;
        if (!concerns(fault, subject) || !strikes(entry, fault, random)) continue;
        entry.hits += 1;
        met.push(fault);
      }
      return met;
    },
    taste(table, rows) {
      for (const entry of of('poison')) {
        const { column, equals } = entry.fault;
        if (entry.fault.table !== table) continue;
        if (!rows.some((row) => row[column] === equals)) continue;
        entry.hits += 1;
        throw new Refusal(
          'row_invalid_structure',
          `Attribute "${column}" has invalid type. Value must be a valid string`,
        );
      }
    },
    hidden: (table) =>
      new Set(
        of('missing-column')
          .filter(({ fault }) => fault.table === table)
          .map(({ fault }) => fault.column),
      ),
    outcome(key) {
      const entry = of('schema').find(({ fault }) => fault.key === undefined || fault.key === key);
      if (!entry) return 'available';
      entry.hits += 1;
      return entry.fault.outcome;
    },
  };
}
