import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { GapList, Movers } from '../../src/server/contract/answers.ts';
import { price } from '../../web/src/format/numbers.ts';
import { axeViolations, openBrowser, openPage, overhang, withoutBrowser } from '../support/browser.ts';
import { unusedPort } from '../support/http.ts';
import {
  api,
  raceDetail,
  raceList,
  raceStartingIn,
  rowsOf,
  startPageService,
  status,
} from '../support/page-service.ts';
import type { PageService } from '../support/page-service.ts';
import { focused, openDetails, recordPrices, runnersShown } from '../support/page-scripts.ts';
import { temporaryDirectory } from '../support/process.ts';
import { racedayStart } from '../support/raceday.ts';

/** The pages against the real service on the simulator, as it records. */
describe.skipIf(withoutBrowser)('the live page', () => {
  const directory = temporaryDirectory();
  let browser: Browser;
  let service: PageService;
  /** A race that is not polled often, so that what is compared stands still for a while. */
  let raceId = '';
  const errors: (readonly string[])[] = [];
  const open = async (path: string, options: Parameters<typeof openPage>[1] = {}): Promise<Page> => {
    const watched = await openPage(browser, options);
    errors.push(watched.errors);
    await watched.page.goto(`${service.url}/${path}`);
    return watched.page;
  };

  const stopService = async (): Promise<void> => {
    service.running.child.kill('SIGTERM');
    await service.running.ended;
  };

  beforeAll(async () => {
    browser = await openBrowser();
    const args = [
      '--db',
      `${directory.path}/journal.db`,
      '--speed',
      '60',
      '--races',
      '120',
      '--origin',
      racedayStart,
    ];
    service = await startPageService(await unusedPort(), args);
    // Until the import has been through, a race can be listed whose runners are not known.
    await vi.waitFor(
      async () => {
        expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
      },
      { timeout: 500_000, interval: 200 },
    );
    raceId = (await raceStartingIn(service.url, 70)).race_id;
  });

  afterAll(async () => {
    await Promise.all([browser.close(), stopService()]);
    directory.remove();
  });

  it('is sent compressed', async () => {
    const index = await fetch(service.url);
    const [script = ''] = /assets\/[^"]+\.js/.exec(await index.text()) ?? [];
    const { headers } = await fetch(`${service.url}/${script}`, { headers: { 'accept-encoding': 'br' } });
    expect(headers.get('content-encoding')).toBe('br');
    expect(Number(headers.get('content-length'))).toBeLessThan(60_000);
  });

  it('says that it shows the simulator, and how fast its clock runs', async () => {
    const page = await open('');
    const banner = page.getByRole('note', { name: 'Simulator' });
    await banner.waitFor();
    expect(await banner.innerText()).toMatch(/not real races.*60× real time/);
    await page.close();
  });

  it('lists the races that /api lists, in its order, and opens one by the keyboard', async () => {
    const page = await open('');
    await expect
      .poll(async () => {
        const { races } = await raceList(service.url, 'limit=40');
        const shown: unknown = await page.evaluate(
          "[...document.querySelectorAll('[data-race]')].map((row) => row.dataset.race)",
        );
        return JSON.stringify(shown) === JSON.stringify(races.map(({ race_id: id }) => id));
      }, patient)
      .toBe(true);

    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    // A race that starts just then leaves the list, and the focus with it.
    await expect
      .poll(async () => {
        await page.keyboard.press('Tab');
        const name = await focused(page);
        await page.keyboard.press('Enter');
        return page
          .locator('.race-head h1', { hasText: name })
          .waitFor({ timeout: 20_000 })
          .then(
            () => true,
            () => false,
          );
      }, patient)
      .toBe(true);
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    const runner = page.locator('.runner-button').first();
    await runner.focus();
    await page.keyboard.press('Space');
    expect(await runner.getAttribute('aria-pressed')).toBe('true');
    await page.close();
  });

  it('shows the prices, the money and the scratchings that /api has of a race', async () => {
    const page = await open(`#/race/${raceId}`);
    await expect
      .poll(async () => {
        const { runners } = await raceDetail(service.url, raceId);
        const wanted = runners.map(
          ({ fixed_win, fixed_place, pool_win, pool_place, is_scratched, in_field, ...runner }) =>
            [
              runner.name,
              ...[fixed_win, fixed_place, pool_win, pool_place].map(price),
              String(is_scratched || !in_field),
              is_scratched || !in_field
                ? ''
                : `${runner.hold_percentage ?? '–'} ${runner.bet_percentage ?? '–'}`,
            ].join(),
        );
        return { shown: await page.evaluate(runnersShown), wanted };
      }, patient)
      .toSatisfy(
        ({ shown, wanted }: { shown: string[]; wanted: string[] }) => shown.join('\n') === wanted.join('\n'),
      );
    await page.close();
  });

  it('changes a price that is committed while it is looked at', async () => {
    const { race_id: id } = await raceStartingIn(service.url, 30);
    const page = await open(`#/race/${id}`);
    await page.locator('[data-entrant]').first().waitFor();
    await page.evaluate(recordPrices);
    const { seq } = await raceDetail(service.url, id);
    const shownMoves = async (): Promise<number> => {
      const rows = await rowsOf(service.url, id, 'odds', 'kind=fixed_win');
      const moves = new Set(
        rows.filter((row) => row.seq > seq).map((row) => `${row.entrant_id} ${price(row.odds)}`),
      );
      const seen = await page.evaluate<{ entrant: string; text: string }[]>('window.seen');
      return seen.filter(({ entrant, text }) => moves.has(`${entrant} ${text}`)).length;
    };
    await expect.poll(shownMoves, patient).toBeGreaterThan(4);
    await page.close();
  });

  it('shows the movers and the health that /api tells', async () => {
    const page = await open('#/movers');
    await page.getByRole('button', { name: '60 min', exact: true }).click();
    await expect
      .poll(async () => {
        const { shortening } = await api<Movers>(service.url, 'movers?minutes=60');
        const shown = await page.locator('[aria-labelledby=shortening] [data-entrant]').count();
        return shown === shortening.length && shown > 0;
      }, patient)
      .toBe(true);

    await page.getByRole('link', { name: 'Health' }).click();
    await page.locator('#answer').waitFor();
    const { version } = await status(service.url);
    expect(await page.locator('.answer').innerText()).toContain(`oddstream ${version}`);
    await expect
      .poll(async () => {
        const { gaps } = await api<GapList>(service.url, 'gaps?limit=25');
        return (await page.locator('[data-gap]').count()) === gaps.length;
      }, patient)
      .toBe(true);
    await page.close();
  });

  it('shows times and colours as they were chosen, and remembers them', async () => {
    const page = await open(`#/race/${raceId}`);
    await page.getByLabel('Time zone').selectOption('utc');
    await page.getByLabel('Colours').selectOption('dark');
    const { race } = await raceDetail(service.url, raceId);
    const start = page.locator('.race-head-facts dd').first();
    await expect.poll(() => start.innerText(), patient).toContain(race.advertised_start.slice(11, 16));
    await page.reload();
    await expect.poll(() => start.innerText(), patient).toContain(race.advertised_start.slice(11, 16));
    expect(await page.evaluate('document.documentElement.dataset.scheme')).toBe('dark');
    await page.close();
  });

  it.each(['', '#/race', '#/movers', '#/health'])(
    'has nothing that axe finds wrong, in both schemes, and fits a phone: /%s',
    async (path) => {
      const page = await open(path === '#/race' ? `#/race/${raceId}` : path);
      await page.locator('main h2').nth(1).waitFor();
      await page.evaluate(openDetails);
      expect(await axeViolations(page)).toEqual([]);
      // Of the other scheme only the colours are another's.
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await axeViolations(page, ['color-contrast'])).toEqual([]);
      for (const width of [1440, 390, 360]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await overhang(page), `${width} px`).toBeLessThanOrEqual(0);
      }
      await page.close();
    },
  );

  it('says when it knows no such race, and when it cannot read', async () => {
    const page = await open('#/race/none');
    await page.getByRole('alert').filter({ hasText: 'Not recorded' }).waitFor();
    errors.pop();

    await page.route('**/api/movers*', (route) =>
      route.fulfill({ status: 500, json: { status: 500, error: 'The journal is on fire.' } }),
    );
    await page.goto(`${service.url}/#/movers`);
    await page.getByRole('alert').filter({ hasText: 'The journal is on fire.' }).waitFor();
    await page.unroute('**/api/movers*');
    await page.getByRole('button', { name: 'Try again now' }).click();
    await page.locator('#shortening').waitFor();

    const empty = { seq: 1, minutes: 30, shortening: [], drifting: [], held: [] };
    await page.route('**/api/movers*', (route) => route.fulfill({ json: empty }));
    await page.reload();
    await page.getByText("No runner's price shortened in this time.").waitFor();
    await page.close();
  });

  it('wrote no error to the console in all of this', () => {
    expect(errors.flat()).toEqual([]);
  });
});

/** Processes share the machine with other tests: what is waited for may take its time. */
const patient = { timeout: 500_000, interval: 150 };
