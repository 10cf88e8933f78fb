import { idOf } from './identity.ts';
import { field, number, text, type Json } from './json.ts';
import type { RaceRecord } from './record.ts';
import type { Response } from './response.ts';
import { addOnce } from './rows.ts';
import { isScratched, scratchedAt } from './scratching.ts';

interface Happening {
  entrantId: string | null;
  kind: string;
  value: string | null;
  previous: string | null;
  /** Of the source; that of the response where it has none of its own. */
  time?: string | null;
}

/** What differs between the baseline and a response. Nothing has happened at first sight of a race. */
export function recordEvents(record: RaceRecord, response: Response): void {
  const before = record.newest;
  if (before === null) return;
  const happenings = [
    ...raceChanges(before, response),
    ...fieldChanges(before, response),
    ...[...response.runners].flatMap(([id, runner]) => runnerChanges(id, record.runners.get(id), runner)),
  ];
  for (const { entrantId, kind, value, previous, time } of happenings) {
    const source = time ?? response.generatedAt;
    addOnce(record.events, {
      id: idOf(response.raceId, entrantId, kind, source, value),
      race_id: response.raceId,
      entrant_id: entrantId,
      kind,
      value,
      previous,
      source_time: source,
      observed_at: response.receivedAt,
    });
  }
}

function raceChanges(before: Response, now: Response): Happening[] {
  return [
    changed(null, 'status', text(field(before.race, 'status')), text(field(now.race, 'status'))),
    changed(null, 'start_time', before.start, now.start),
    changed(null, 'protest', flagText(field(before.race, 'protest')), flagText(field(now.race, 'protest'))),
    changed(
      null,
      'race_number',
      numberText(field(before.race, 'race_number')),
      numberText(field(now.race, 'race_number')),
    ),
  ].flat();
}

function fieldChanges(before: Response, now: Response): Happening[] {
  const added = [...now.runners].filter(([id]) => !before.runners.has(id));
  const removed = [...before.runners].filter(([id]) => !now.runners.has(id));
  return [
    ...added.map(([id, runner]) => ({
      entrantId: id,
      kind: 'runner_added',
      value: text(field(runner, 'name')),
      previous: null,
    })),
    ...removed.map(([id, runner]) => ({
      entrantId: id,
      kind: 'runner_removed',
      value: null,
      previous: text(field(runner, 'name')),
    })),
  ];
}

function runnerChanges(id: string, before: Json | undefined, now: Json): Happening[] {
  if (before === undefined) return [];
  const weight = (runner: Json): string | null => text(field(field(runner, 'weight'), 'total'));
  const jockey = (runner: Json): string | null => text(field(runner, 'jockey'));
  const numbered = (kind: string): Happening[] =>
    changed(id, kind, numberText(field(before, kind)), numberText(field(now, kind)));
  return [
    scratching(id, before, now),
    numbered('runner_number'),
    changed(id, 'name', text(field(before, 'name')), text(field(now, 'name'))),
    numbered('horse_id'),
    changed(id, 'jockey', jockey(before), jockey(now)),
    numbered('barrier'),
    changed(id, 'weight', weight(before), weight(now)),
  ].flat();
}

function scratching(entrantId: string, before: Json, now: Json): Happening[] {
  if (isScratched(before) === isScratched(now)) return [];
  return isScratched(now)
    ? [{ entrantId, kind: 'scratched', value: 'true', previous: 'false', time: scratchedAt(now) }]
    : [{ entrantId, kind: 'reinstated', value: 'false', previous: 'true' }];
}

function changed(
  entrantId: string | null,
  kind: string,
  previous: string | null,
  value: string | null,
): Happening[] {
  return value === previous ? [] : [{ entrantId, kind, value, previous }];
}

function flagText(served: Json | undefined): string | null {
  return typeof served === 'boolean' ? String(served) : null;
}

function numberText(served: Json | undefined): string | null {
  const value = number(served);
  return value === null ? null : String(value);
}
