import { field, isObject, list, number, text, type Json } from './json.ts';
import type { RecordedLine } from './recording.ts';
import { cut, fromSeconds } from './times.ts';

/** One event response; `race` and `runners` are kept as served. */
export interface Response {
  raceId: string;
  receivedAt: string;
  generatedAt: string;
  start: string;
  race: Json;
  runners: Map<string, Json>;
  data: Json;
}

/** Null for what is no answered event request: listings are not stored in replay. */
export function responseOf(line: RecordedLine): Response | null {
  const data = field(line.body, 'data');
  const race = field(data, 'race');
  const raceId = text(field(race, 'event_id'));
  const generatedAt = text(field(field(line.body, 'header'), 'generated_time'));
  const start = number(field(race, 'advertised_start'));
  if (line.status !== 200 || !line.url.includes('/events/')) return null;
  if (!isObject(data) || !isObject(race) || raceId === null || generatedAt === null || start === null)
    return null;
  return {
    raceId,
    receivedAt: cut(line.receivedAt),
    generatedAt: cut(generatedAt),
    start: fromSeconds(start),
    race,
    runners: runnersOf(data),
    data,
  };
}

function runnersOf(data: Json): Map<string, Json> {
  const runners = new Map<string, Json>();
  for (const runner of list(field(data, 'runners'))) {
    const id = text(field(runner, 'entrant_id'));
    if (id !== null) runners.set(id, runner);
  }
  return runners;
}
