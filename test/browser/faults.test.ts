import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, openPage, withoutBrowser } from '../support/browser.ts';
import type { WatchedPage } from '../support/browser.ts';
import { unusedPort } from '../support/http.ts';
import {
  raceDetail,
  raceStartingIn,
  rowsOf,
  startPageService,
  status,
  until,
} from '../support/page-service.ts';
import type { PageService } from '../support/page-service.ts';
import { start, temporaryDirectory } from '../support/process.ts';
import type { Running } from '../support/process.ts';
import { racedayStart } from '../support/raceday.ts';

/** The page of a race before an outage and over a crash of the recorder, and of one that ends. */
describe.skipIf(withoutBrowser)('the live page of a race', () => {
  const directory = temporaryDirectory();
  const args = ['--db', `${directory.path}/a.db`];
  // The last read of a race is soon after it is final: then it is settled. Of the day, the next hours are enough.
  const env = { ODDSTREAM_CADENCE: JSON.stringify({ live_s: 22_000, final_reads_s: [60] }) };
  let browser: Browser;
  let simulator: Running;
  let service: PageService;
  let watched: WatchedPage;
  let raceId = '';
  /** Up to which the page knew everything before the stream began. */
  let loadedSeq = 0;

  beforeAll(async () => {
    const [feedPort, port] = [await unusedPort(), await unusedPort()];
    simulator = start([
      'simulate',
      '--port',
      String(feedPort),
      '--races',
      '120',
      '--speed',
      '120',
      '--seed',
      '3',
      '--origin',
      racedayStart,
    ]);
    await simulator.says(`:${feedPort}`);
    args.push('--simulator', `http://127.0.0.1:${feedPort}`);
    [browser, service] = await Promise.all([openBrowser(), startPageService(port, args, env)]);
    raceId = (await raceStartingIn(service.url, 150)).race_id;
    watched = await openPage(browser);
    await watched.page.goto(`${service.url}/#/race/${raceId}`);
    await watched.page.locator('[data-entrant]').first().waitFor();
    loadedSeq = (await raceDetail(service.url, raceId)).seq;
  });

  afterAll(async () => {
    simulator.child.kill('SIGCONT');
    for (const { child } of [simulator, service.running]) child.kill('SIGKILL');
    await Promise.all([browser.close(), simulator.ended, service.running.ended]);
    directory.remove();
  });

  it('shades an outage of the feed', async () => {
    const { page, errors } = watched;
    const { clock } = await status(service.url);
    simulator.child.kill('SIGSTOP');
    await until(
      () => rowsOf(service.url, raceId, 'polls'),
      (polls) => polls.some(({ outcome, started_at: at }) => outcome === 'failed' && at > clock.now),
      'a poll fails',
    );
    const gaps = await rowsOf(service.url, raceId, 'gaps');
    simulator.child.kill('SIGCONT');
    const open = gaps.find(({ to_time: to }) => to === null || to > clock.now);
    await page.locator(`[data-gap="${open?.id ?? 'none'}"]`).waitFor(patient);
    await page.getByText('Shaded: times without data').first().waitFor(patient);
    await expect.poll(() => page.evaluate(shadedPixels), polling).toBeGreaterThan(200);
    expect(errors).toEqual([]);
  });

  it('says so when the recorder is gone, and goes on without a point lost or told twice when it is back', async () => {
    const { page } = watched;
    const money = () => rowsOf(service.url, raceId, 'money');
    const toldBefore = await until(
      money,
      (rows) => rows.filter(({ seq }) => seq > loadedSeq).length > 5,
      'the stream tells of money',
    );
    let reads = 0;
    page.on('request', (request) => {
      if (request.url().includes(`${raceId}/`)) reads++;
    });
    service.running.child.kill('SIGKILL');
    await page.getByText('Disconnected.').waitFor(patient);
    expect(await page.locator('.connection').innerText()).toBe('Disconnected');
    expect(await page.locator('[data-entrant]').count()).toBeGreaterThan(0);

    const { port } = new URL(service.url);
    service = await startPageService(Number(port), args, env);
    await expect.poll(() => page.locator('.connection').innerText(), polling).toBe('Live');
    await until(money, ({ length }) => length > toldBefore.length, 'there is more to tell');
    // It went on from where it was: nothing was read anew. Charts are drawn once a second.
    expect(reads).toBe(0);
    await page.waitForTimeout(1_500);

    for (const [panel, title, rows] of [
      ['prices', 'Fixed win', () => rowsOf(service.url, raceId, 'odds', 'kind=fixed_win')],
      ['money', 'Money flow', money],
    ] as const) {
      await page
        .getByRole('group', { name: `Time shown of ${title}` })
        .getByRole('button', { name: 'All' })
        .click();
      await page
        .locator('details', { hasText: `${title} as a table` })
        .locator('summary')
        .click();
      const { runners } = await raceDetail(service.url, raceId);
      const running = runners.filter((runner) => runner.in_field && !runner.is_scratched);
      await expect
        .poll(async () => {
          const wanted = movesOf(await rows(), [...running.map(({ entrant_id: id }) => id), null]);
          return `${(await page.evaluate<string[]>(movesShown(panel))).join()} | ${wanted.join()}`;
        }, polling)
        .toSatisfy((text: string) => text.split(' | ')[0] === text.split(' | ')[1]);
    }
  });

  it('stays with a race to its result, and to its settlement', async () => {
    const { page, errors } = watched;
    errors.splice(0);
    raceId = (await raceStartingIn(service.url, 5)).race_id;
    await page.goto(`${service.url}/#/race/${raceId}`);
    await page.locator('#result').waitFor({ timeout: 500_000 });
    await until(
      () => raceDetail(service.url, raceId),
      ({ race }) => race.settled_at !== null,
      'the race is settled',
    );
    await page.locator('.race-head').getByText('settled').waitFor(patient);
    const { result } = await raceDetail(service.url, raceId);
    const placings = result?.placings as { name: string; position: number }[];
    const winner = placings.find(({ position }) => position === 1);
    expect(await page.locator('.placings li').first().innerText()).toContain(winner?.name);
    expect(errors).toEqual([]);
  });
});

/** Processes share the machine with other tests: what is waited for may take its time. */
const patient = { timeout: 500_000 };
const polling = { timeout: 500_000, interval: 150 };

/** How many rows of each of these are later than the first row of them all; those without rows are left out. */
function movesOf(
  rows: readonly { readonly entrant_id: string | null; readonly source_time: string }[],
  ids: readonly (string | null)[],
): number[] {
  const shown = rows.filter((row) => ids.includes(row.entrant_id));
  const first = Math.min(...shown.map((row) => Date.parse(row.source_time)));
  return ids
    .map((id) => shown.filter((row) => row.entrant_id === id))
    .filter(({ length }) => length > 0)
    .map((ofRunner) => ofRunner.filter((row) => Date.parse(row.source_time) > first).length);
}

/** How many moves a chart's table counts, by line. */
const movesShown = (panel: string): string =>
  `[...document.querySelectorAll('[aria-labelledby=${panel}] .as-table tbody tr')]
    .map((row) => row.lastElementChild.textContent)`;

/** Pixels of the first chart that have the colour of a gap. */
const shadedPixels = `(() => {
  const canvas = document.querySelector('[aria-labelledby=prices] canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let place = 0; place < data.length; place += 4) {
    const [red, green, , alpha] = data.subarray(place, place + 4);
    // #a81c1c at 18 %.
    if (alpha > 38 && alpha < 54 && Math.abs(red - 168) < 9 && Math.abs(green - 28) < 9) count++;
  }
  return count;
})()`;
