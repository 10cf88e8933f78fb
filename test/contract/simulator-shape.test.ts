import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createFeed } from '../../src/sources/simulator/feed.ts';
import { dayOfDate } from '../../src/sources/simulator/nz-time.ts';
import { createWorld } from '../../src/sources/simulator/world.ts';

interface Schema {
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: unknown;
}

const data = join(import.meta.dirname, '../../../shared/data');
const document = join(data, 'tab-nz/openapi.json');
const missing = !existsSync(document);
if (missing) console.warn(`Skipped: the shapes of the simulator's payloads, for want of ${document}.`);

/** Parts whose keys are data. */
const maps = /\.(prize_monies|video_channels_meta|runner_change|last_12_months_prize_money|meta)\..*$/;

/** Paths of all properties, lists as `[]`, the keys of maps left out. */
function pathsOf(value: unknown, path: string, found: Set<string>): Set<string> {
  if (Array.isArray(value)) for (const each of value) pathsOf(each, `${path}[]`, found);
  else if (value !== null && typeof value === 'object') {
    for (const [name, each] of Object.entries(value)) pathsOf(each, `${path}.${name}`, found);
  }
  found.add(path.replace(maps, '.$1'));
  return found;
}

function schemaPaths(
  schemas: Record<string, Schema>,
  schema: Schema,
  path: string,
  found: Set<string>,
): Set<string> {
  const named = schema.$ref?.split('/').at(-1);
  const here = named === undefined ? schema : (schemas[named] ?? {});
  found.add(path);
  if (here.items) schemaPaths(schemas, here.items, `${path}[]`, found);
  for (const [name, each] of Object.entries(here.properties ?? {}))
    schemaPaths(schemas, each, `${path}.${name}`, found);
  return found;
}

function recorded(pattern: string, found: Set<string>): Set<string> {
  for (const file of globSync(join(data, pattern))) {
    const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n');
    for (const line of lines) {
      const { body } = JSON.parse(line) as { body: unknown };
      pathsOf((body as { data?: unknown }).data, '', found);
    }
  }
  return found;
}

describe.skipIf(missing)('the shape of', () => {
  const { components } = missing
    ? { components: { schemas: {} } }
    : (JSON.parse(readFileSync(document, 'utf8')) as { components: { schemas: Record<string, Schema> } });
  const { schemas } = components;
  const seed = 2;
  const racesPerDay = 120;
  const world = createWorld(seed, racesPerDay);
  const noon = Date.parse('2026-03-10T00:00:00Z');
  const meetings = world.programme(dayOfDate('2026-03-10') ?? 0);
  const cards = meetings.flatMap(({ races }) => races.filter(({ number }) => number % 2 === 0));
  const served = (path: string, at: number) => {
    const origin = { real: 0, simulated: at };
    const feed = createFeed({ seed, racesPerDay, speed: 1, port: 0, origin }, () => at, world);
    const answer = feed.answer(new URL(`http://x/affiliates/v1/racing${path}`));
    return (JSON.parse(answer?.body ?? '{}') as { data: unknown }).data;
  };

  it('an event: nothing that the real feed does not have', () => {
    const parts = ['money_tracker', 'tote_trends_data', 'will_pays', 'big_bets', 'biggest_bet', 'live_bets'];
    const query = parts.map((part) => `with_${part}=true`).join('&');
    const known = recorded(
      'tab-nz/event*.gz',
      schemaPaths(schemas, schemas.EventRaceDetails ?? {}, '', new Set()),
    );
    const found = new Set<string>();
    for (const { id, timetable } of cards) {
      for (const at of [
        timetable.closed - 60_000,
        timetable.final + 60_000,
        (timetable.amended ?? 0) + 60_000,
      ]) {
        pathsOf(served(`/events/${id}?${query}`, at), '', found);
      }
    }
    expect(found.size).toBeGreaterThan(300);
    expect([...found].filter((path) => !known.has(path))).toEqual([]);
  });

  it('a listing: nothing that the real feed does not have', () => {
    const known = recorded(
      'tab-nz/meetings*.gz',
      schemaPaths(schemas, schemas.MeetingPayload ?? {}, '', new Set()),
    );
    const found = pathsOf(
      served('/meetings?date_from=2026-03-01&date_to=2026-03-10&limit=200', noon),
      '',
      new Set(),
    );
    expect(found.size).toBeGreaterThan(25);
    expect([...found].filter((path) => !known.has(path))).toEqual([]);
  });

  it('an event: all that real races have, but for what is rare', () => {
    const found = new Set<string>();
    for (const { id, timetable } of cards) {
      pathsOf(served(`/events/${id}`, timetable.final + 60_000), '', found);
    }
    const real = recorded('tab-nz/events-2026-02-28*.gz', new Set());
    const absent = [...real].filter((path) => !found.has(path) && !path.startsWith('.derivatives'));
    expect(absent).toEqual([]);
  });
});
