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

/**
 * Counts the elements that the page makes and the drawings of its charts, from before its first script. The beat by
 * which charts are drawn anew once a second stands still: it tells how long a machine takes, not what the page does.
 */
export const beginCounting = `(() => {
  const work = (window.work = { made: 0, drawn: 0 });
  const counted = (prototype, method, count) => {
    const original = prototype[method];
    prototype[method] = function (...given) {
      count();
      return original.apply(this, given);
    };
  };
  for (const method of ['createElement', 'createElementNS']) counted(Document.prototype, method, () => work.made++);
  counted(CanvasRenderingContext2D.prototype, 'clearRect', () => work.drawn++);
  const interval = window.setInterval;
  window.setInterval = (task, ms) => (ms === 1000 ? 0 : interval(task, ms));
})()`;

export interface PageWork {
  /** Elements that were made since the page was begun. */
  readonly made: number;
  /** Those of them that are there, below the page's root. */
  readonly there: number;
  /** How often a chart was drawn. */
  readonly drawn: number;
}

/** What {@link beginCounting} counted. */
export const workCounted = async (page: Page): Promise<PageWork> =>
  await page.evaluate<PageWork>("({ ...work, there: document.querySelectorAll('#app *').length })");

/**
 * Promises `runnersShown`: when so many runners have been painted, in milliseconds from the request of the page. The page
 * tells it itself: who waits for it from outside looks later.
 */
export const timeOfRunners = (count: number): string => `window.runnersShown = new Promise((resolve) => {
  const watch = new MutationObserver(() => {
    if (document.querySelectorAll('[data-entrant]').length < ${count}) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
  });
  watch.observe(document, { childList: true, subtree: true });
})`;
