import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import type { RaceDetail } from '../../src/server/contract/answers.ts';
import type { Gap, Odds, Result } from '../../src/server/contract/history.ts';
import type { Race, Runner } from '../../src/server/contract/race.ts';
import type { Status } from '../../src/server/contract/status.ts';
import { serve } from './http.ts';
import { root } from './process.ts';

/** A race as large as they come, with hours of history, and as many changes a second as are asked for. */
export interface FixtureOptions {
  readonly runners: number;
  readonly hours: number;
  /** Fixed-win rows of each runner in that time. */
  readonly rowsEach: number;
  readonly changesPerSecond: number;
  /** Every revision of the result, the newest last; none when left out. */
  readonly results?: readonly Result[];
}

export interface PageFixture {
  readonly url: string;
  readonly raceId: string;
  /** Changes that were sent so far. */
  readonly sent: () => number;
}

const now = Date.parse('2026-11-24T03:00:00.000Z');
const raceId = 'race';
const time = (ms: number): string => new Date(ms).toISOString();
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

const race: Race = {
  seq: 1,
  race_id: raceId,
  meeting_id: 'm',
  meeting: 'Ellerslie',
  country: 'NZ',
  state: 'AKL',
  type: 'T',
  race_number: 7,
  name: 'Cup',
  status: 'Open',
  advertised_start: time(now + 120_000),
  ended_at: null,
  settled_at: null,
  distance: 3_200,
  track_condition: 'Good',
  weather: 'Fine',
  entrant_count: 24,
  band: 'jump',
  every_ms: 10_000,
  last_poll_at: time(now),
  last_poll_outcome: 'changed',
  last_good_poll_at: time(now),
  freshness: 'fresh',
  gap_since: null,
};

const priceAt = (number: number, place: number): number => 2 + number + ((place * 7 + number * 3) % 19) / 10;

function runner(number: number, seq: number): Runner {
  return {
    seq,
    entrant_id: `e${number}`,
    race_id: raceId,
    runner_number: number,
    name: `Runner ${number}`,
    in_field: true,
    barrier: number,
    jockey: 'A Jockey',
    trainer: 'A Trainer',
    is_scratched: false,
    scratched_at: null,
    is_emergency: false,
    fixed_win: priceAt(number, seq),
    fixed_place: 1.5,
    pool_win: 3,
    pool_place: 1.4,
    fixed_win_open: 3,
    fixed_win_change: priceAt(number, seq) / 3 - 1,
    hold_percentage: 4,
    bet_percentage: 4,
    favourite: number === 1,
    mover: false,
  };
}

function odds(number: number, place: number, seq: number, at: number): Odds {
  return {
    seq,
    race_id: raceId,
    entrant_id: `e${number}`,
    kind: 'fixed_win',
    odds: priceAt(number, place),
    previous_odds: null,
    source_time: time(at),
    observed_at: time(at),
    basis: 'poll',
    seconds_to_start: 0,
  };
}

/** Serves the built page over what a recorder would answer of that race, until the test is finished. */
export async function servePageFixture(options: FixtureOptions): Promise<PageFixture> {
  const { runners, hours, rowsEach, changesPerSecond, results = [] } = options;
  const numbers = Array.from({ length: runners }, (_, place) => place + 1);
  const step = (hours * 3_600_000) / rowsEach;
  const history = numbers.flatMap((number) =>
    Array.from({ length: rowsEach }, (_, place) =>
      odds(number, place, place * runners + number, now - hours * 3_600_000 + place * step + number),
    ),
  );
  const seq = rowsEach * runners + runners;
  const detail: RaceDetail = {
    seq,
    race,
    runners: numbers.map((number) => runner(number, 1)),
    pools: [],
    result: results.at(-1) ?? null,
  };
  const gap: Gap = {
    seq: 1,
    id: 'g',
    race_id: raceId,
    entrant_id: null,
    from_time: time(now - 1_200_000),
    to_time: time(now - 900_000),
    reason: 'timeout',
    expected_polls: 5,
    repaired: false,
  };
  let sent = 0;
  const stream = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const tell = (event: string, data: { readonly seq: number }): void => {
      response.write(`id: ${data.seq}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    };
    response.write(
      `event: hello\ndata: ${JSON.stringify({ seq, version: '1', clock: { now: time(now), speed: 1 } })}\n\n`,
    );
    // Ten times a second, as polls come: each change is a row of history and the runner as it stands now.
    const timer = setInterval(() => {
      for (let change = 0; change < changesPerSecond / 10; change++) {
        sent++;
        const number = (sent % runners) + 1;
        tell('odds', odds(number, sent, seq + 2 * sent, now + sent));
        tell('runner', runner(number, seq + 2 * sent + 1));
      }
    }, 100);
    response.on('close', () => {
      clearInterval(timer);
    });
  };
  const pages: Readonly<Record<string, unknown>> = { odds: history, gaps: [gap], results };
  const { url } = await serve((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fixture');
    const answer = (data: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(data));
    };
    if (pathname === '/api/stream') stream(response);
    else if (pathname === '/api/status') answer(statusOf(seq));
    else if (pathname === `/api/races/${raceId}`) answer(detail);
    else if (pathname.startsWith('/api/')) {
      const rows = (pages[pathname.split('/').at(-1) ?? ''] ?? []) as unknown[];
      const from = Number(searchParams.get('cursor') ?? 0);
      const next = from + 2_000 < rows.length ? String(from + 2_000) : null;
      answer({ seq, rows: rows.slice(from, from + 2_000), next });
    } else {
      const file = pathname === '/' ? '/index.html' : pathname;
      response.writeHead(200, { 'content-type': types[extname(file)] ?? 'text/plain' });
      response.end(readFileSync(join(root, 'web/dist', file)));
    }
  });
  return { url, raceId, sent: () => sent };
}

function statusOf(seq: number): Partial<Status> {
  const source = { kind: 'tab', url: 'https://api.tab.co.nz', seed: null } as const;
  return { seq, version: '1', clock: { now: time(now), speed: 1 }, source, ready: true, reasons: [] };
}
