// The README's pictures of the simulated day: the next races, and one of them shortly before its jump.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import type { RaceDetail, RaceList } from '../src/server/contract/answers.ts';
import type { Race } from '../src/server/contract/race.ts';
import type { Status } from '../src/server/contract/status.ts';

const { values } = parseArgs({
  options: {
    chromium: { type: 'string', default: '/usr/bin/chromium' },
    out: { type: 'string', default: fileURLToPath(new URL('../docs/images', import.meta.url)) },
    port: { type: 'string', default: '8791' },
  },
});

const url = `http://127.0.0.1:${values.port}`;
const seed = 7;
/** The simulated clock: until there is something to see, and then slow enough to look at. */
const speed = 60;
/** Minutes to its start at which the race is shown. */
const minutesBefore = 3;
const largest = 300_000;

async function api<T>(path: string): Promise<T> {
  const response = await fetch(`${url}/api/${path}`);
  if (!response.ok) throw new Error(`The service answered ${response.status} to ${path}.`);
  return (await response.json()) as T;
}

/** A race with a field, bets and at least an hour of history, that many minutes before its start. */
async function worthSeeing(): Promise<Race> {
  for (;;) {
    const { clock, started_at: startedAt } = await api<Status>('status');
    const simulated = (Date.now() - Date.parse(startedAt)) * speed;
    const { races } = await api<RaceList>('races?limit=20');
    for (const race of races) {
      const left = Date.parse(race.advertised_start) - Date.parse(clock.now);
      if (simulated < 3_600_000 || race.status !== 'Open' || left < 0 || left > minutesBefore * 60_000)
        continue;
      const { runners, pools } = await api<RaceDetail>(`races/${race.race_id}`);
      if (runners.length >= 9 && pools.length > 0) return race;
    }
    await wait(200);
  }
}

async function shoot(page: Page, name: string): Promise<void> {
  const path = join(values.out, `${name}.png`);
  await page.mouse.move(0, 0);
  await page.screenshot({ path });
  const { size } = statSync(path);
  if (size > largest) throw new Error(`${path} has ${size} bytes, more than ${largest}.`);
  console.log(`${path}: ${size} bytes`);
}

const directory = mkdtempSync(join(tmpdir(), 'oddstream-screenshots-'));
const main = fileURLToPath(new URL('../bin/oddstream.js', import.meta.url));
const service = spawn(
  process.execPath,
  [
    ...[main, 'run', '--db', join(directory, 'simulator.db'), '--http', `127.0.0.1:${values.port}`],
    ...['--seed', String(seed), '--speed', String(speed), '--races', '120'],
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const ended = once(service, 'exit');
try {
  for await (const line of createInterface(service.stdout)) if (line.includes('"server.started"')) break;
  service.stdout.resume();
  mkdirSync(values.out, { recursive: true });
  const browser = await chromium.launch({
    executablePath: values.chromium,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, colorScheme: 'light' });
  await page.goto(url);
  const race = await worthSeeing();
  await page.locator('.market [data-entrant]').first().waitFor();
  await shoot(page, 'next-to-jump');
  await page.setViewportSize({ width: 1280, height: 980 });
  await page.goto(`${url}/#/race/${race.race_id}`);
  await page.locator('[aria-labelledby=prices] canvas').waitFor();
  await wait(1_500);
  await shoot(page, 'race');
  await browser.close();
} finally {
  service.kill('SIGTERM');
  await ended;
  rmSync(directory, { recursive: true, force: true });
}
