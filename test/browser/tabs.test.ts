import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, withoutBrowser } from '../support/browser.ts';
import { unusedPort } from '../support/http.ts';
import { raceList, startPageService, until } from '../support/page-service.ts';
import type { PageService } from '../support/page-service.ts';
import { temporaryDirectory } from '../support/process.ts';

const patient = { timeout: 60_000 };
/** More than the six connections that a browser opens to a host. */
const tabs = 9;

describe.skipIf(withoutBrowser)('many tabs of one browser', () => {
  const directory = temporaryDirectory();
  let browser: Browser;
  let service: PageService;

  beforeAll(async () => {
    browser = await openBrowser();
    const args = ['--db', `${directory.path}/journal.db`, '--speed', '60', '--races', '120'];
    service = await startPageService(await unusedPort(), args);
    await until(
      () => raceList(service.url, 'limit=5'),
      ({ races }) => races.some(({ last_poll_at }) => last_poll_at !== null),
      'a race was polled',
    );
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    service.running.child.kill('SIGTERM');
    await service.running.ended;
    directory.remove();
  });

  const clients = async (): Promise<string | undefined> => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    return /^oddstream_stream_clients (\d+)/m.exec(text)?.[1];
  };

  it('are all live over one connection, which ends with the last of them', async () => {
    const context = await browser.newContext();
    const pages: Page[] = [];
    for (let tab = 0; tab < tabs; tab++) {
      const page = await context.newPage();
      pages.push(page);
      await page.goto(service.url);
      await page.locator('.connection.is-live').waitFor(patient);
    }
    await expect.poll(clients, patient).toBe('1');

    const [first] = pages;
    for (const page of pages.slice(1)) await page.close();
    await first?.goto(`${service.url}/#/health`);
    await first?.locator('.connection.is-live').waitFor(patient);
    await context.close();
    await expect.poll(clients, patient).toBe('0');
  }, 300_000);

  it('without shared workers have a connection each', async () => {
    const context = await browser.newContext();
    await context.addInitScript('delete globalThis.SharedWorker');
    const pages = [await context.newPage(), await context.newPage()];
    for (const page of pages) {
      await page.goto(service.url);
      await page.locator('.connection.is-live').waitFor(patient);
    }
    await expect.poll(clients, patient).toBe('2');
    await context.close();
  }, 180_000);
});
