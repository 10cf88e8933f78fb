import { request } from 'undici';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createFaults, type InjectedFault } from '../../src/sources/simulator/faults.ts';
import { startSimulatorServer, type FaultOptions } from '../../src/sources/simulator/server.ts';
import { createWorld } from '../../src/sources/simulator/world.ts';
import { dayOfDate } from '../../src/sources/simulator/nz-time.ts';

const seed = 8;
const simulated = Date.parse('2026-03-10T02:00:00Z');
const day = dayOfDate('2026-03-10') ?? 0;
const id = createWorld(seed, 30).programme(day)[0]?.races[0]?.id ?? '';

async function start(faults: FaultOptions) {
  const origin = { real: Date.now(), simulated };
  const server = await startSimulatorServer({ seed, racesPerDay: 30, speed: 1, port: 0, origin, faults });
  onTestFinished(() => server.close());
  const event = `${server.url}/affiliates/v1/racing/events/${id}`;
  const told = async <T>(path: string) => (await (await request(server.url + path)).body.json()) as T;
  return { event, faults: () => told<InjectedFault[]>('/faults'), ledger: () => told<unknown[]>('/ledger') };
}

/** Time enough on a computer that does much else. */
const slow = { timeout: 500_000 };

/** How a request ended: the status and what the body was, or that it broke. */
async function outcome(url: string, signal?: AbortSignal): Promise<string> {
  try {
    const { statusCode, headers, body } = await request(url, signal ? { signal } : {});
    const text = await body.text();
    if (statusCode !== 200) return `${statusCode}${headers['retry-after'] === undefined ? '' : ' retry'}`;
    if (text.startsWith('<!DOCTYPE')) return 'html';
    return text.endsWith('}}') ? 'whole' : 'truncated';
  } catch (error) {
    return signal?.aborted === true
      ? 'silence'
      : (error as NodeJS.ErrnoException).code === 'ECONNRESET'
        ? 'reset'
        : 'broken';
  }
}

describe('faults', () => {
  it('are of every kind when all answers go wrong, and none of those is in the ledger', async () => {
    const { event, faults, ledger } = await start({ errors: 1 });
    const seen = new Set<string>();
    for (let i = 0; i < 60; i++) seen.add(await outcome(event));
    expect([...seen].map((kind) => (kind === 'reset' ? 'broken' : kind)).toSorted()).toEqual([
      '429 retry',
      '500',
      '502',
      'broken',
      'html',
      'truncated',
    ]);
    const noted = await faults();
    expect(noted).toHaveLength(60);
    expect(noted.every((fault) => fault.race_id === id && fault.to !== null && fault.from <= fault.to)).toBe(
      true,
    );
    expect(await ledger()).toEqual([]);
  });

  it('come as often as asked for, the same for the same seed', () => {
    const draw = (from: number) => {
      const faults = createFaults(from, { errors: 0.05, hangs: 0.02 }, 0, () => 0);
      return Array.from({ length: 20_000 }, () => faults.next());
    };
    const drawn = draw(seed);
    expect(drawn.filter((kind) => kind === 'hang').length / drawn.length).toBeCloseTo(0.02, 2);
    expect(drawn.filter((kind) => kind !== null).length / drawn.length).toBeCloseTo(0.07, 2);
    expect(draw(seed)).toEqual(drawn);
    expect(draw(seed + 1)).not.toEqual(drawn);
  });

  it('can be silence that lasts until the client gives up', async () => {
    const { event, faults } = await start({ hangs: 1 });
    const client = new AbortController();
    const waiting = outcome(event, client.signal);
    await vi.waitFor(async () => {
      expect(await faults()).toMatchObject([{ race_id: id, kind: 'hang', to: null }]);
    }, slow);
    client.abort();
    expect(await waiting).toBe('silence');
    await vi.waitFor(async () => {
      expect((await faults())[0]?.to).not.toBeNull();
    }, slow);
  });

  it('can be outages, counted from the origin of the clock', async () => {
    let now = simulated;
    const faults = createFaults(
      seed,
      { outages: [{ afterMs: 1000, durationMs: 500 }] },
      simulated,
      () => now,
    );
    const at = (millis: number) => {
      now = simulated + millis;
      return faults.next();
    };
    expect([0, 999, 1000, 1499, 1500].map(at)).toEqual([null, null, 'reset', 'reset', null]);
    expect(faults.list()).toEqual([
      { race_id: null, kind: 'outage', from: '2026-03-10T02:00:01.000Z', to: '2026-03-10T02:00:01.500Z' },
    ]);

    const server = await start({ outages: [{ afterMs: 0, durationMs: 3_600_000 }] });
    expect(await outcome(server.event)).toBe('reset');
    expect((await server.faults()).map(({ kind }) => kind)).toEqual(['outage', 'reset']);
  });

  it('are off unless asked for', async () => {
    const { event, faults, ledger } = await start({});
    expect(await outcome(event)).toBe('whole');
    expect(await faults()).toEqual([]);
    expect(await ledger()).toEqual([{ race_id: id, states: 1, responses: 1 }]);
  });
});
