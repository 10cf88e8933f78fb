import { appwriteTable, deliveryOrder } from './appwrite-tables.ts';
import type { AppwriteTable } from './appwrite-tables.ts';
import { oddsKinds } from '../../domain/snapshot.ts';
import type { OddsKind } from '../../domain/snapshot.ts';
import type { TableName } from '../../domain/tables.ts';

/** A table to deliver. */
export interface SelectedTable {
  readonly table: AppwriteTable;
  /** Kinds of odds to deliver, of `odds_history`; null: every row. */
  readonly kinds: readonly OddsKind[] | null;
}

/** Every poll is a row, and says nothing that a front end needs. */
const onRequest: ReadonlySet<TableName> = new Set(['polls']);

/** What is delivered when nothing else is asked for. */
export function allTables(): SelectedTable[] {
  return deliveryOrder
    .filter((id) => !onRequest.has(id))
    .map((id) => ({ table: appwriteTable(id), kinds: null }));
}

/**
 * Reads a list of tables, each perhaps with kinds of odds: `races,odds_history:fixed_win,pool_win,bets`.
 * @returns the tables in the order of their delivery, or one sentence for each word that is neither
 */
export function parseSelection(text: string): { selection: SelectedTable[] } | { problems: string[] } {
  const chosen = new Map<TableName, Set<OddsKind>>();
  const problems: string[] = [];
  let kinds: Set<OddsKind> | null = null;
  for (const word of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const [name = '', kind, ...rest] = word.split(':');
    if (isKind(name) && kind === undefined && kinds !== null) {
      kinds.add(name);
      continue;
    }
    const known = isTable(name) && rest.length === 0;
    const ofOdds = kind === undefined || (name === 'odds_history' && isKind(kind));
    if (!known || !ofOdds) {
      problems.push(problem(word));
      continue;
    }
    const its = chosen.get(name) ?? new Set<OddsKind>();
    chosen.set(name, its);
    for (const one of isKind(kind) ? [kind] : oddsKinds) its.add(one);
    kinds = isKind(kind) ? its : null;
  }
  if (problems.length > 0) return { problems };
  if (chosen.size === 0) return { problems: ['no table is named.'] };
  return {
    selection: deliveryOrder.filter((id) => chosen.has(id)).map((id) => selected(id, chosen.get(id))),
  };
}

function selected(id: TableName, chosen: ReadonlySet<OddsKind> | undefined): SelectedTable {
  const kinds = oddsKinds.filter((kind) => chosen?.has(kind));
  return { table: appwriteTable(id), kinds: kinds.length < oddsKinds.length ? kinds : null };
}

function problem(word: string): string {
  return (
    `"${word}" is neither one of ${deliveryOrder.join(', ')} nor, after "odds_history:", ` +
    `one of ${oddsKinds.join(', ')}.`
  );
}

function isTable(name: string): name is TableName {
  return deliveryOrder.some((id) => id === name);
}

function isKind(name: string | undefined): name is OddsKind {
  return oddsKinds.some((kind) => kind === name);
}

/** What is delivered can be read back; a table that is not has nothing. */
export type Tables = ReadonlyMap<TableName, SelectedTable>;
