import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, openPage, withoutBrowser } from '../support/browser.ts';
import { servePageFixture } from '../support/page-fixture.ts';
import { beginCounting, workCounted } from '../support/page-scripts.ts';

const runners = 24;
const large = { runners, hours: 3, rowsEach: 400, changesPerSecond: 0 };

/** What the page of a large race does, counted: how long that takes is the machine's. */
describe.skipIf(withoutBrowser)('the page of a race of 24 runners with three hours of history', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
  });

  it('shows the runners while the history is read, makes its elements once and draws its chart once', async () => {
    const { url, raceId } = await servePageFixture(large);
    const { page, errors } = await openPage(browser);
    await page.addInitScript(beginCounting);
    const history = Promise.withResolvers<undefined>();
    await page.route('**/odds?*', async (route) => {
      await history.promise;
      await route.continue();
    });
    await page.goto(`${url}/#/race/${raceId}`);
    await page
      .locator('[data-entrant]')
      .nth(runners - 1)
      .waitFor();
    await page.getByText('Reading its history…').waitFor();
    expect(await page.locator('canvas').count()).toBe(0);
    // That there were no gaps is not known before they were read.
    expect(await page.getByRole('heading', { name: 'Gaps' }).count()).toBe(0);

    history.resolve(undefined);
    await page.locator('[aria-labelledby=prices] canvas').waitFor();
    expect(await page.getByText('Reading its history…').count()).toBe(0);
    expect(await page.locator('[data-gap]').count()).toBe(1);
    expect(await page.locator('[data-entrant] .spark path[d^=M]').count()).toBe(runners);

    await page.locator('.connection.is-live').waitFor();
    const { made, there, drawn } = await workCounted(page);
    expect(drawn).toBe(1);
    expect(there).toBeGreaterThan(runners * 10);
    expect(made).toBeLessThan(there * 1.1);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('works out the figures of a chart while they are looked at', async () => {
    const { url, raceId } = await servePageFixture(large);
    const { page, errors } = await openPage(browser);
    await page.goto(`${url}/#/race/${raceId}`);
    const figures = page.locator('[aria-labelledby=prices] .as-table tbody tr');
    const summary = page.getByText('Fixed win as a table');
    await summary.waitFor();
    expect(await figures.count()).toBe(0);
    await summary.click();
    await figures.nth(runners - 1).waitFor();
    expect(await figures.count()).toBe(runners);
    await summary.click();
    await figures.first().waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
