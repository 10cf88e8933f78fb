import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { temporaryDirectory } from '../test/support/process.ts';
import { countHistory, makeJournal } from './big-journal-made.ts';
import type { MadeJournal } from './big-journal-made.ts';
import { deafFeed, startedRecorder } from './big-journal-service.ts';
import type { DeafFeed } from './big-journal-service.ts';
import type { Bench, Line } from './line.ts';
import { figure, median, quantile } from './pairs.ts';
import { uuidOf } from './big-journal-ids.ts';

/*
 * What a journal of very many rows costs: the time to start on it, and every query that the live page makes, over HTTP
 * from the real recorder. All of it in memory already (the file's pages in the system's cache), as after a restart.
 */

const historyRows = 10_000_000;
const starts = 5;
/** Requests of each query, each of another race where it is of one. */
const requests = 60;
const longestCalmMs = 60_000;

export const bigJournal: Bench = {
  name: 'big-journal',
  run: async () => {
    const directory = temporaryDirectory();
    const feed = await deafFeed();
    try {
      const db = join(directory.path, 'big.db');
      const made = makeJournal(db, historyRows, { kind: 'tab', baseUrl: feed.url });
      const rows = countHistory(db);
      if (rows < historyRows) throw new Error(`Only ${rows} rows of history were made.`);
      const size: Line = figure(
        { what: 'journal, a million rows of history', against: 'all tables', unit: 'MB', goal: null },
        [statSync(db).size / 2 ** 20 / (rows / 1e6)],
      );
      return [
        ...(await startLines(db, join(directory.path, 'new.db'), feed)),
        ...(await queryLines(db, made, feed)),
        size,
      ];
    } finally {
      feed.close();
      directory.remove();
    }
  },
};

/** Starts on the large journal and on one that is begun with the first start, in turn. */
async function startLines(db: string, fresh: string, feed: DeafFeed): Promise<Line[]> {
  const said: number[] = [];
  const recording: number[] = [];
  const small: number[] = [];
  for (let round = 0; round < starts; round++) {
    for (const file of [db, fresh]) {
      const recorder = await startedRecorder(file, feed);
      if (file === db) {
        said.push(recorder.startMs / 1000);
        recording.push(recorder.recordingMs / 1000);
      } else small.push(recorder.startMs / 1000);
      await recorder.stop();
    }
  }
  const against = `${median(small).toFixed(2)} s on a new journal`;
  return [
    figure(
      { what: 'start on 10 million rows, until it says so', against, unit: 's', goal: { atMost: 2 } },
      said,
    ),
    figure({ what: 'the same, until the first request', against, unit: 's', goal: null }, recording),
  ];
}

interface Query {
  readonly name: string;
  /** @param turn 0 to {@link requests} */
  readonly path: (turn: number) => string;
}

async function queryLines(db: string, made: MadeJournal, feed: DeafFeed): Promise<Line[]> {
  const recorder = await startedRecorder(db, feed);
  try {
    await calm(recorder.url);
    const lines: Line[] = [];
    for (const { name, path } of queriesOf(made)) {
      const times: number[] = [];
      // The first answer of a kind has its statements prepared.
      for (let turn = -2; turn < requests; turn++) {
        const ms = await answered(`${recorder.url}${path(Math.max(0, turn))}`);
        if (turn >= 0) times.push(ms);
      }
      const p95 = quantile(times, 0.95);
      lines.push({
        ...figure(
          { what: `${name} (p95)`, against: '10 million rows', unit: 'ms', goal: { atMost: 50 } },
          times,
        ),
        ...{ ours: p95, ratio: p95 },
      });
    }
    lines.push(await streamLine(recorder.url));
    return lines;
  } finally {
    await recorder.stop();
  }
}

/** Every query of the page, as src/server answers it. */
function queriesOf({ races, live }: MadeJournal): Query[] {
  // Live ones and old ones in turn: both are looked at.
  const race = (turn: number): string => {
    const from = turn % 2 === 0 ? live : races;
    return from[Math.floor((turn * from.length) / requests)]?.raceId ?? '';
  };
  const runner = (turn: number): string => {
    const from = turn % 2 === 0 ? live : races;
    return uuidOf('entrant', from[Math.floor((turn * from.length) / requests)]?.index ?? 0, 0);
  };
  const parts = ['money', 'pools', 'bets', 'events', 'results', 'gaps', 'polls'];
  return [
    { name: 'next races', path: () => '/api/races?limit=200' },
    { name: 'ended races', path: () => '/api/races?view=ended&limit=200' },
    { name: 'ended races of a code', path: () => '/api/races?view=ended&limit=50&type=H' },
    { name: 'a race', path: (turn) => `/api/races/${race(turn)}` },
    { name: 'odds of a race', path: (turn) => `/api/races/${race(turn)}/odds?limit=2000` },
    {
      name: 'odds of a runner',
      path: (turn) => `/api/races/${race(turn)}/odds?limit=2000&entrant_id=${runner(turn)}`,
    },
    { name: 'odds of a kind', path: (turn) => `/api/races/${race(turn)}/odds?limit=2000&kind=fixed_win` },
    ...parts.map((part) => ({
      name: `${part} of a race`,
      path: (turn: number) => `/api/races/${race(turn)}/${part}?limit=2000`,
    })),
    // Answers to the same minutes are kept for a second.
    { name: 'movers of up to an hour', path: (turn) => `/api/movers?minutes=${1 + turn}&limit=100` },
    { name: 'movers of two to three hours', path: (turn) => `/api/movers?minutes=${121 + turn}&limit=100` },
    { name: 'gaps', path: () => '/api/gaps?limit=200' },
    { name: 'open gaps', path: () => '/api/gaps?limit=200&open=true' },
    { name: 'status', path: () => '/api/status' },
    { name: 'metrics', path: () => '/metrics' },
  ];
}

/** Milliseconds to the end of the answer. */
async function answered(url: string): Promise<number> {
  const from = performance.now();
  const response = await fetch(url);
  const text = await response.text();
  const ms = performance.now() - from;
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 200)}`);
  return ms;
}

/** How long a client that comes back waits for the first of what it missed. */
async function streamLine(url: string): Promise<Line> {
  const { seq } = (await (await fetch(`${url}/api/status`)).json()) as { seq: number };
  const times: number[] = [];
  for (let turn = 0; turn < requests / 2; turn++) {
    const stop = new AbortController();
    const from = performance.now();
    const response = await fetch(`${url}/api/stream?after=${seq - 3_600_000_000}`, { signal: stop.signal });
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString();
      if (/^event: (?!hello|reset)/m.test(text) || text.includes('event: reset')) break;
    }
    times.push(performance.now() - from);
    stop.abort();
  }
  const p95 = quantile(times, 0.95);
  const line = { what: 'stream, first event missed (p95)', against: '10 million rows', unit: 'ms' };
  return { ...figure({ ...line, goal: { atMost: 50 } }, times), ours: p95, ratio: p95 };
}

/** Waits until every race's actor has begun: they read what they go on from one after the other. */
async function calm(url: string): Promise<void> {
  const end = performance.now() + longestCalmMs;
  for (let quick = 0; quick < 20;) {
    quick = (await answered(`${url}/livez`)) < 10 ? quick + 1 : 0;
    if (performance.now() > end)
      throw new Error(`The recorder did not become calm in ${longestCalmMs / 1000} s.`);
    await wait(50);
  }
}
