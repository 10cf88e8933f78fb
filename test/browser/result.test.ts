import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/server/contract/history.ts';
import { axeViolations, openBrowser, openPage, overhang, withoutBrowser } from '../support/browser.ts';
import { servePageFixture } from '../support/page-fixture.ts';

const at = '2026-11-24T03:05:00.000Z';

function revision(number: number, status: string, placings: unknown, dividends: unknown): Result {
  const times = { source_time: at, observed_at: at };
  return { seq: 10_000 + number, race_id: 'race', revision: number, placings, dividends, status, ...times };
}

const first = { position: 1, name: 'Runner 3', runner_number: 3 };
const second = { position: 2, name: 'Runner 1', runner_number: 1 };
const paid = (tote: string, product_name: string, dividend: number, ...runners: readonly number[]) => ({
  ...{ tote, product_name, dividend, status: 'Final', description: '' },
  positions: runners.map((runner_number, index) => ({ runner_number, position: index + 1 })),
});
/** As Australian brands serve them: three totes, the runners by their places alone. */
const dividends = ['VIC', 'QLD', 'NSW'].flatMap((tote, index) => [
  paid(tote, 'Quinella', 30 + index, 3, 1),
  paid(tote, 'Tote Place', 2.5 + index, 3),
  paid(tote, 'Tote Win', 9 + index, 3),
]);
const interim = revision(1, 'Interim', [first, second], []);
const final = revision(2, 'Final', [first, second], dividends);

describe.skipIf(withoutBrowser)('the result on the page of a race', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
  });

  async function resultOf(results: readonly Result[]) {
    const fixture = await servePageFixture({
      ...{ runners: 4, hours: 1, rowsEach: 2, changesPerSecond: 0 },
      results,
    });
    const { page, errors } = await openPage(browser, { width: 390 });
    await page.goto(`${fixture.url}/#/race/${fixture.raceId}`);
    await page.locator('[aria-labelledby=prices] canvas').waitFor();
    return { page, errors, panel: page.locator('section.result') };
  }

  it('shows what each tote paid, and an interim result that became final is not amended', async () => {
    const { page, errors, panel } = await resultOf([interim, final]);
    expect(await panel.locator('h2').innerText()).toBe('Result final');
    const rows = panel.locator('table.dividends tr');
    expect((await rows.allInnerTexts()).map((row) => row.split(/\s+/).join(' '))).toEqual([
      'Dividend Runners VIC QLD NSW',
      'Win 3 $9.00 $10.00 $11.00',
      'Place 3 $2.50 $3.50 $4.50',
      'Quinella 3:1 $30.00 $31.00 $32.00',
    ]);
    expect(await overhang(page)).toBe(0);
    expect(await axeViolations(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it('marks every winner of a dead heat, and a final result that was amended', async () => {
    const deadHeat = [first, { ...second, position: 1 }, { position: 3, name: 'Runner 2', runner_number: 2 }];
    const { page, panel } = await resultOf([interim, final, revision(3, 'Final', deadHeat, dividends)]);
    expect(await panel.locator('h2').innerText()).toBe('Result final, amended');
    expect(await panel.locator('.placing-position.is-winner').allInnerTexts()).toEqual(['1', '1']);
    expect(await panel.getByText('dead heat').count()).toBe(2);
    await page.context().close();
  });
});
