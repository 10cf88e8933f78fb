import { gunzipSync } from 'node:zlib';
import { request } from 'undici';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { simulatedClock } from '../../src/sources/simulator/clock.ts';
import { launchSimulator } from '../../src/sources/simulator/launch.ts';
import { startSimulatorServer, type SimulatorOptions } from '../../src/sources/simulator/server.ts';
import { createTabClient } from '../../src/sources/tab/client.ts';

const seed = 21;
const simulated = Date.parse('2026-03-10T02:00:00Z');

function options(changes: Partial<SimulatorOptions> = {}): SimulatorOptions {
  return { seed, racesPerDay: 60, speed: 1, port: 0, origin: { real: Date.now(), simulated }, ...changes };
}

async function start(changes: Partial<SimulatorOptions> = {}): Promise<string> {
  const server = await startSimulatorServer(options(changes));
  onTestFinished(() => server.close());
  return server.url;
}

async function get(url: string, headers: Record<string, string> = {}) {
  const response = await request(url, { headers });
  const bytes = Buffer.from(await response.body.arrayBuffer());
  return { status: response.statusCode, headers: response.headers, bytes };
}

async function json<T>(url: string): Promise<T> {
  return JSON.parse((await get(url)).bytes.toString()) as T;
}

interface Listing {
  data: { meetings: { races: { id: string; status: string; start_time: string }[] }[] };
}

async function raceIds(url: string): Promise<string[]> {
  const { data } = await json<Listing>(
    `${url}/affiliates/v1/racing/meetings?date_from=2026-03-10&date_to=2026-03-10`,
  );
  return data.meetings.flatMap(({ races }) => races.map(({ id }) => id));
}

afterEach(() => {
  vi.useRealTimers();
});

describe('the server', () => {
  it('speaks to the ordinary client', async () => {
    const client = createTabClient({
      baseUrl: await start(),
      identity: null,
      connections: 2,
      deadlineMs: 500_000,
    });
    onTestFinished(() => client.close());
    const { signal } = new AbortController();
    const listing = await client.meetings('2026-03-10', signal);
    expect(listing.snapshot.generatedAt).toBeGreaterThanOrEqual(simulated);
    const races = listing.snapshot.meetings.flatMap((meeting) => meeting.races);
    expect(races.length).toBe(60);
    for (const { raceId, advertisedStart } of races.slice(0, 12)) {
      const { snapshot, notGranted } = await client.event(raceId, signal);
      expect(notGranted).toEqual([]);
      expect(snapshot.race.advertised_start).toBe(new Date(advertisedStart).toISOString());
      expect(snapshot.runners.length).toBeGreaterThan(4);
      expect(snapshot.money?.size).toBeGreaterThan(4);
      expect(snapshot.pools.map(({ product }) => product)).toContain('FirstFour');
    }
    await expect(client.event('00000000-0000-4000-a000-000000000000', signal)).rejects.toMatchObject({
      fault: 'not_found',
    });
  });

  it('compresses for who takes it, with the same content', async () => {
    const url = await start();
    const [id = ''] = await raceIds(url);
    const path = `${url}/affiliates/v1/racing/events/${id}`;
    const [plain, zipped] = [await get(path), await get(path, { 'accept-encoding': 'br, gzip' })];
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(zipped.bytes.length).toBeLessThan(plain.bytes.length / 2);
    expect(gunzipSync(zipped.bytes).length).toBeGreaterThan(plain.bytes.length * 0.98);
    expect(plain.headers['content-type']).toContain('application/json');
  });

  it('answers what it does not know in JSON', async () => {
    const url = await start();
    const events = `${url}/affiliates/v1/racing/events`;
    for (const path of [`${events}/00000000-0000-4000-a000-000000000000`, `${events}/x`, `${url}/nowhere`]) {
      const { status, bytes } = await get(path);
      expect(status).toBe(404);
      expect(JSON.parse(bytes.toString())).toHaveProperty('header.error');
    }
    expect((await get(`${url}/affiliates/v1/racing/meetings?date_from=2026-03-10T00:00:00Z`)).status).toBe(
      400,
    );
    expect((await request(`${url}/clock`, { method: 'POST' })).statusCode).toBe(405);
  });

  it('tells its clock, which runs as fast as it was told', async () => {
    const origin = { real: Date.now(), simulated };
    const url = await start({ speed: 600, origin });
    const before = Date.now();
    const told = await json<Record<string, number>>(`${url}/clock`);
    const after = Date.now();
    expect(told).toMatchObject({ speed: 600, seed, races: 60, origin });
    expect(told.now).toBeGreaterThanOrEqual(simulated + (before - origin.real) * 600);
    expect(told.now).toBeLessThanOrEqual(simulated + (after - origin.real) * 600);

    vi.useFakeTimers({ now: 5000 });
    const clock = simulatedClock({ real: 4000, simulated: 1_000_000 }, 60);
    expect(clock()).toBe(1_060_000);
    vi.setSystemTime(6000);
    expect(clock()).toBe(1_120_000);
  });

  it('goes on after a restart as if nothing had been', async () => {
    const origin = { real: Date.now(), simulated };
    const first = await startSimulatorServer(options({ origin }));
    const ids = await raceIds(first.url);
    await first.close();
    const second = await start({ origin });
    expect(await raceIds(second)).toEqual(ids);
    expect((await get(`${second}/affiliates/v1/racing/events/${ids[0] ?? ''}`)).status).toBe(200);
  });

  it.each([{ racesPerDay: 0 }, { racesPerDay: 2.5 }, { speed: 0 }, { speed: NaN }])(
    'refuses %o',
    async (wrong) => {
      await expect(startSimulatorServer(options(wrong))).rejects.toThrow(RangeError);
    },
  );

  it('says when its port is taken', async () => {
    const port = Number(new URL(await start()).port);
    await expect(startSimulatorServer(options({ port }))).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('drops connections that still wait when it is closed', async () => {
    const server = await startSimulatorServer(options({ faults: { hangs: 1 } }));
    const waiting = get(`${server.url}/affiliates/v1/racing/events/x`).catch((error: unknown) => error);
    const faults = () => json<unknown[]>(`${server.url}/faults`);
    await vi.waitFor(
      async () => {
        expect(await faults()).toHaveLength(1);
      },
      { timeout: 500_000 },
    );
    await server.close();
    expect(await waiting).toBeInstanceOf(Error);
  });
});

describe('the launched server', () => {
  it('serves from a thread of its own until it is stopped', async () => {
    const { url, stop, failed } = await launchSimulator(options());
    let died = false;
    void failed.then(() => (died = true));
    expect((await raceIds(url)).length).toBe(60);
    await stop();
    await expect(get(`${url}/clock`)).rejects.toThrow();
    expect(died).toBe(false);
  });

  it('says when its port is taken', async () => {
    const port = Number(new URL(await start()).port);
    await expect(launchSimulator(options({ port }))).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
