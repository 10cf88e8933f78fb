import type { Baseline } from '../../src/domain/baseline.ts';
import type { Difference } from '../../src/domain/diff.ts';
import type { Change } from '../../src/domain/tables.ts';
import { rowsOf } from './snapshots.ts';
import type { JsonObject } from './snapshots.ts';
import { another, at, changedAt } from './snapshots-openapi.ts';
import type { Leaf } from './snapshots-openapi.ts';

/** Columns that follow from others, and those of our own clock. */
const derived = /^(id|previous_\w+|observed_at)$/;

/** What changes write to each `table.column`, whatever the order of rows. */
function written(changes: readonly Change[]): Map<string, string> {
  const values = new Map<string, string[]>();
  for (const change of changes) {
    for (const [column, value] of Object.entries('row' in change ? change.row : change.patch)) {
      if (derived.test(column)) continue;
      const name = `${change.table}.${column}`;
      values.set(name, [...(values.get(name) ?? []), JSON.stringify(value)]);
    }
  }
  return new Map([...values].map(([name, list]) => [name, list.toSorted().join()]));
}

function differing(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): Set<string> {
  return new Set([...one.keys(), ...other.keys()].filter((name) => one.get(name) !== other.get(name)));
}

/** Takes a response, at first sight or after another. */
export type Recorder = (body: JsonObject, after: Baseline | null) => Difference;

/** The columns that a property decides on: at first sight, and as an event when it changes later. */
function follower(record: Recorder, body: JsonObject): (leaf: Leaf) => Set<string> {
  const { changes, baseline } = record(body, null);
  const base = written(changes);
  return ({ path }) => {
    const other = changedAt(body, path, another(at(body, path) ?? null));
    const columns = differing(base, written(record(other, null).changes));
    if (rowsOf([record(other, baseline)], 'race_events').length > 0) columns.add('race_events.value');
    return columns;
  };
}

/** Whose change makes it another thing: what follows is more than its own columns. */
const identities = new Set([
  ...['EventRace.event_id', 'EventRace.meeting_id', 'EventRunner.entrant_id', 'EntrantLiability.entrant_id'],
  ...['MeetingData.meeting', 'MeetingRace.id'],
]);

/**
 * What is not as the tables say.
 * @param variants of a response; a property is looked at in one after the other until it was seen in its columns
 */
export function contradictions(
  record: Recorder,
  variants: readonly JsonObject[],
  leaves: readonly Leaf[],
): string[] {
  const followers = variants.map((body) => ({ body, follow: follower(record, body) }));
  return leaves.flatMap((leaf) => {
    let missing = leaf.columns;
    for (const { body, follow } of followers) {
      if (at(body, leaf.path) === undefined) continue;
      const found = follow(leaf);
      const extra = [...found].filter((column) => !leaf.columns.includes(column));
      const name = `${leaf.property} at ${leaf.path.join('.')}`;
      if (extra.length > 0 && !identities.has(leaf.property)) return [`${name} is in ${extra.join(', ')}`];
      missing = missing.filter((column) => !found.has(column));
      if (missing.length === 0) return [];
    }
    return [`${leaf.property} at ${leaf.path.join('.')} is not in ${missing.join(', ')}`];
  });
}
