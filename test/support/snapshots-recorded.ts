import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { JsonObject, ServedEvent } from './snapshots.ts';

const folder = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

interface Recording<T> {
  /** The name of the file, and whether its tests are skipped because it is missing. */
  readonly title: string;
  readonly missing: boolean;
  readonly responses: readonly T[];
}

/** The event responses of a recording, oldest first. */
export function eventsOf(name: string): Recording<ServedEvent> {
  return recorded(name, '/events/');
}

/** The event responses of every recording that has some. */
export function recordedEvents(): Recording<ServedEvent>[] {
  return [
    ...['tab-nz/events-2026-02-28', 'tab-nz/event-with-money-tracker', 'ladbrokes-au/four-polls'],
    ...['ladbrokes-au/scratched-between-polls', 'ladbrokes-au/start-moved', 'ladbrokes-au/abandoned'],
    ...['ladbrokes-au/closed-and-interim', 'ladbrokes-au/new-zealand'],
  ].map(eventsOf);
}

/** The listings of a recording. */
export function listingsOf(name: string): Recording<JsonObject> {
  return recorded(name, '/meetings');
}

/** A file of the data as JSON; null where it is missing. */
export function documentOf(name: string): JsonObject | null {
  const file = `${folder}${name}`;
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as JsonObject) : null;
}

export const missingNote = ' (skipped: ../shared/data is missing)';

function recorded<T>(name: string, path: string): Recording<T> {
  const file = `${folder}${name}.jsonl.gz`;
  if (!existsSync(file)) return { title: `${name}${missingNote}`, missing: true, responses: [] };
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
  const responses = lines
    .map((line) => JSON.parse(line) as { url: string; body: T })
    .filter(({ url }) => url.includes(path))
    .map(({ body }) => body);
  return { title: name, missing: false, responses };
}
