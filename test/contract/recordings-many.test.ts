import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Exchange } from '../../src/domain/exchange.ts';
import { Recordings } from '../../src/sinks/recordings/recordings.ts';
import { readRecording } from '../../src/sources/recording/read.ts';
import { createFeed } from '../../src/sources/simulator/feed.ts';
import { createWorld } from '../../src/sources/simulator/world.ts';
import { eventPath, eventQuery } from '../../src/sources/tab/paths.ts';
import { temporaryDirectory } from '../support/process.ts';

const directory = temporaryDirectory();
afterAll(() => {
  directory.remove();
});

const startedAt = Date.parse('2026-02-28T03:00:00.000Z');

/** A response to the poll of that number, ten seconds after the one before it. */
function exchange(id: string, poll: number, json: string | null): Exchange {
  const at = startedAt + poll * 10_000;
  const url = `${eventPath(id)}?${eventQuery}`;
  return { url, status: 200, startedAt: at, receivedAt: at + 50, json };
}

/** The polls of races in turn, as a recorder makes them. */
function polled(races: number, polls: number): Exchange[] {
  let now = startedAt;
  const world = createWorld(7, races);
  const origin = { real: startedAt, simulated: startedAt };
  const feed = createFeed({ seed: 7, racesPerDay: races, speed: 1, port: 0, origin }, () => now, world);
  const cards = world.programme(Math.floor(startedAt / 86_400_000));
  return Array.from({ length: polls }, (_, poll) => {
    now = startedAt + poll * 10_000;
    return cards
      .flatMap((meeting) => meeting.races)
      .map(({ id }) => {
        const url = new URL(`http://feed${eventPath(id)}?${eventQuery}`);
        return exchange(id, poll, feed.answer(url)?.body ?? null);
      });
  }).flat();
}

async function kept(
  name: string,
  exchanges: readonly Exchange[],
): Promise<{ files: string[]; told: string[] }> {
  const path = join(directory.path, name);
  const told: string[] = [];
  const recordings = new Recordings(path, (reason) => told.push(reason));
  for (const each of exchanges) recordings.keep(each);
  await recordings.close();
  return { files: readdirSync(path).map((file) => join(path, file)), told };
}

const sizeOf = (files: readonly string[]): number =>
  files.reduce((sum, file) => sum + statSync(file).size, 0);

describe('recordings of many races', () => {
  it('hold of each further response little more than what changed, in one file a race', async () => {
    const [races, polls] = [60, 3];
    const exchanges = polled(races, polls);
    const bytes = exchanges.slice(races).reduce((sum, { json }) => sum + Buffer.byteLength(json ?? ''), 0);
    const first = await kept('first', exchanges.slice(0, races));
    const all = await kept('all', exchanges);
    expect(all.files).toHaveLength(races);
    expect((sizeOf(all.files) - sizeOf(first.files)) / bytes).toBeLessThan(0.03);

    const read = new Map<string, unknown[]>();
    for (const file of all.files) {
      for await (const line of readRecording(file)) {
        if ('problem' in line) throw new Error(line.problem);
        read.set(line.url, [...(read.get(line.url) ?? []), line.body]);
      }
    }
    for (const [url, bodies] of read) {
      const served = exchanges
        .filter((each) => each.url === url)
        .map(({ json }) => JSON.parse(json ?? '') as unknown);
      expect(bodies).toEqual(served);
    }
    expect(read.size).toBe(races);
  });

  it('end those not heard of for longest where their last responses take too much memory', async () => {
    const noise = Array.from({ length: 12 }, () => JSON.stringify(randomBytes(1_500_000).toString('base64')));
    const exchanges = [0, 1].flatMap((poll) =>
      noise.map((json, race) => exchange(`race-${race}`, poll, json)),
    );
    const { files, told } = await kept('large', [...exchanges, exchange('race-11', 2, '"again"')]);
    expect(told).toEqual([]);
    // The last race is still there for its last response; the first ones were ended and begun again.
    expect(files.filter((file) => file.includes('race-0.'))).toHaveLength(2);
    const last =
      files
        .filter((file) => file.includes('race-11.'))
        .toSorted()
        .at(-1) ?? '';
    const bodies = [];
    for await (const line of readRecording(last)) bodies.push('problem' in line ? line.problem : line.body);
    expect(bodies.at(-1)).toBe('again');
    expect(bodies.length).toBeGreaterThan(1);
    for (const file of files) expect(readFileSync(file).length).toBeGreaterThan(0);
  });

  it('leave responses out, and say so once, when more wait for the disk than memory is meant for', async () => {
    const json = JSON.stringify('x'.repeat(4 * 1024 * 1024));
    const exchanges = Array.from({ length: 24 }, (_, poll) => exchange('race', poll, json));
    const { files, told } = await kept('slow', exchanges);
    expect(told).toEqual([expect.stringContaining('is written too slowly: responses are left out')]);
    let lines = 0;
    for await (const line of readRecording(files[0] ?? '')) lines += 'problem' in line ? NaN : 1;
    expect(lines).toBeGreaterThan(10);
    expect(lines).toBeLessThan(24);
  });

  it('say which file cannot be written, and go on', async () => {
    const path = join(directory.path, 'gone');
    const told: string[] = [];
    const recordings = new Recordings(path, (reason) => told.push(reason));
    rmSync(path, { recursive: true });
    recordings.keep(exchange('race', 0, '{}'));
    recordings.keep(exchange('race', 1, '{}'));
    await recordings.close();
    expect(told).toEqual([
      expect.stringMatching(/race\.20260228T030000000Z\.jsonl\.zst: ENOENT/),
      expect.stringMatching(/race\.20260228T030010000Z\.jsonl\.zst: ENOENT/),
    ]);
  });
});
