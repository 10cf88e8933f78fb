import type { Page } from 'playwright-core';

/** What is asked of a page inside the browser: as text, for tests are no part of the page. */

/** The text of what has the keyboard's focus. */
export const focused = async (page: Page): Promise<string> =>
  String(await page.evaluate('document.activeElement.textContent'));

/** What a race's table says of each runner, as the test writes it too. */
export const runnersShown = `[...document.querySelectorAll('.runners [data-entrant]')].map((row) => {
  const text = (element) => element?.textContent ?? '';
  const [win, , , place, poolWin, poolPlace] = [...row.querySelectorAll('td')].map(text);
  const title = row.querySelector('.runner-title');
  const name = text(title.querySelector('s') ?? title.firstChild);
  const money = [...row.querySelectorAll('.share .num')].map((share) => text(share.firstChild));
  return [name, win, place, poolWin, poolPlace, String(row.classList.contains('is-out')),
    money.map((share) => share.replace('%', '')).join(' ')].join();
})`;

/** Keeps when which price appeared. */
export const recordPrices = `(() => {
  window.seen = [];
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const cell = target.parentElement.closest('td');
      const row = cell?.closest('[data-entrant]');
      if (row && cell.cellIndex === 1) {
        window.seen.push({ entrant: row.dataset.entrant, text: cell.textContent, at: Date.now() });
      }
    }
  }).observe(document.querySelector('.runners'), { subtree: true, characterData: true, childList: true });
})()`;

/** Opens whatever is folded up. */
export const openDetails =
  "document.querySelectorAll('details').forEach((details) => { details.open = true; })";
