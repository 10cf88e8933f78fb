import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure } from '../../src/server/contract/failure.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { temporaryDirectory } from '../support/process.ts';
import { serveJournal } from '../support/serving.ts';

/*
 * The built page as files, and what stands in its place when it is not built.
 */

const directory = temporaryDirectory();
const file = join(directory.path, 'page.db');
const dist = join(directory.path, 'dist');
const html = { headers: { accept: 'text/html,*/*' } };
let journal: Journal;

beforeAll(() => {
  journal = openJournal(file, { source: { kind: 'recording' }, now: () => Date.now() });
  mkdirSync(join(dist, 'assets'), { recursive: true });
  writeFileSync(join(dist, 'index.html'), '<!doctype html><p>the page</p>');
  writeFileSync(join(dist, '.secret'), 'hidden');
  writeFileSync(join(dist, 'assets/app-3f2a.js'), 'export {};');
  writeFileSync(join(dist, 'assets/app-3f2a.js.br'), 'compressed');
});

afterAll(() => {
  journal.close();
  directory.remove();
});

async function get(url: string, init?: RequestInit): Promise<{ response: Response; text: string }> {
  const response = await fetch(url, init);
  return { response, text: await response.text() };
}

describe('the built page', () => {
  it('is served at / and at its own addresses, always looked at anew', async () => {
    const { url } = await serveJournal(file, { pageDirectory: dist });
    for (const path of ['/', '/race/123', '/movers?minutes=5']) {
      const { response, text } = await get(`${url}${path}`, html);
      expect([response.status, text]).toEqual([200, '<!doctype html><p>the page</p>']);
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    }
    const { headers } = await fetch(`${url}/`, { method: 'HEAD' });
    expect(headers.get('content-type')).toContain('text/html');
  });

  it('has assets that are kept for good, compressed where they are', async () => {
    const { url } = await serveJournal(file, { pageDirectory: dist });
    const plain = await get(`${url}/assets/app-3f2a.js`, { headers: { 'accept-encoding': 'identity' } });
    expect(plain.text).toBe('export {};');
    expect(plain.response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(plain.response.headers.get('content-type')).toContain('javascript');
    const { headers } = await fetch(`${url}/assets/app-3f2a.js`, {
      method: 'HEAD',
      headers: { 'accept-encoding': 'br' },
    });
    expect(headers.get('content-encoding')).toBe('br');
    expect(headers.get('cache-control')).toContain('immutable');
  });

  it('shows no directory, no hidden file and nothing beside it', async () => {
    const { url } = await serveJournal(file, { pageDirectory: dist });
    const paths = [
      '/assets/',
      '/assets',
      '/.secret',
      '/assets/%2e%2e/%2e%2e/page.db',
      '/..%2fpage.db',
      '/no.js',
    ];
    for (const path of paths) {
      const { response, text } = await get(`${url}${path}`);
      expect(response.status, path).toBeGreaterThanOrEqual(400);
      expect(text, path).not.toMatch(/app-3f2a|hidden|SQLite|dist/);
    }
    expect((await get(`${url}/api/nothing`, html)).response.status).toBe(404);
  });
});

describe('without a built page', () => {
  it('says so in one sentence, to people and to programs', async () => {
    const { url, hasPage } = await serveJournal(file, { pageDirectory: join(directory.path, 'nowhere') });
    expect(hasPage).toBe(false);
    const page = await get(url, html);
    expect(page.response.status).toBe(404);
    expect(page.response.headers.get('content-type')).toContain('text/html');
    expect(page.text).toContain('not built: run "npm run build:web"');
    const other = await get(url);
    expect(failure.parse(JSON.parse(other.text)).error).toContain('npm run build:web');
  });
});

describe('a fault of our own', () => {
  it('is told in one sentence without what is inside, and to the log in full', async () => {
    const budget = (): never => {
      throw new Error('what is inside');
    };
    const { url, faults } = await serveJournal(file, { recorder: { budget } });
    const { response, text } = await get(`${url}/api/status`);
    expect(response.status).toBe(500);
    expect(failure.parse(JSON.parse(text)).error).toContain('the log of oddstream says more');
    expect(text).not.toContain('inside');
    expect(faults).toEqual(['/api/status: what is inside']);
    expect((await get(`${url}/livez`)).response.status).toBe(200);
  });
});
