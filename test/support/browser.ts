import { accessSync, constants } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The browser of this system, or the one that CHROMIUM names; null when there is none. */
export const chromiumFile: string | null =
  [process.env.CHROMIUM, ...usualPlaces].find((file) => file !== undefined && isExecutable(file)) ?? null;

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether tests of the page are left out: without a browser they are, but never in CI. */
export const withoutBrowser = chromiumFile === null && process.env.CI === undefined;
if (withoutBrowser) {
  console.warn('The tests of the live page are skipped: install chromium, or name its file in CHROMIUM.');
}

/** A browser of a profile of its own, that asks nobody for anything but the pages it is sent to. */
export async function openBrowser(): Promise<Browser> {
  if (chromiumFile === null)
    throw new Error('There is no chromium here: install it, or name its file in CHROMIUM.');
  return await chromium.launch({
    executablePath: chromiumFile,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface WatchedPage {
  readonly page: Page;
  /** Errors of the page so far, those of its console among them. */
  readonly errors: string[];
}

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
}

/** A page that nothing was kept for, with its errors. */
export async function openPage(
  browser: Browser,
  { width = 1280, height = 900, scheme = 'light' }: PageOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme });
  // Against hanging only: the machine may be busy.
  context.setDefaultTimeout(500_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return { page, errors };
}

/**
 * What axe finds wrong with a page as it stands, one line each.
 * @param rules the rules to go by, default all of them
 */
export async function axeViolations(page: Page, rules?: readonly string[]): Promise<string[]> {
  // The page has no frames: a second page to gather their results in would only cost time.
  const builder = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  if (rules !== undefined) builder.withRules([...rules]);
  const { violations } = await builder.analyze();
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  );
}

/** How far a page reaches beyond its window to the right, pixels. */
export async function overhang(page: Page): Promise<number> {
  return Number(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'));
}
