import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { buildPageIfOlder } from '../../scripts/build-page.ts';
import { root } from '../support/process.ts';

it('the page is built where its sources are newer, and is never away meanwhile', async () => {
  mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
  // On the file system of the checkout, as web/ is.
  const web = mkdtempSync(join(root, 'node_modules/.cache/test-page-'));
  onTestFinished(() => {
    rmSync(web, { recursive: true });
  });
  const source = join(web, 'index.html');
  const built = join(web, 'dist/index.html');
  writeFileSync(source, '<!doctype html><title>first</title>');
  expect(await buildPageIfOlder(web)).toBe(true);
  expect(readFileSync(built, 'utf8')).toContain('first');
  const { ino, mtimeMs } = statSync(built);

  // As the first npx does, beside a recorder that serves it.
  expect(await buildPageIfOlder(web)).toBe(false);
  expect(statSync(built)).toMatchObject({ ino, mtimeMs });

  writeFileSync(source, '<!doctype html><title>second</title>');
  const later = new Date(mtimeMs + 60_000);
  utimesSync(source, later, later);
  let looks = 0;
  let misses = 0;
  const looking = setInterval(() => {
    looks++;
    if (!existsSync(built)) misses++;
  }, 0);
  expect(await buildPageIfOlder(web)).toBe(true);
  clearInterval(looking);
  expect(readFileSync(built, 'utf8')).toContain('second');
  expect(looks).toBeGreaterThan(0);
  expect(misses).toBe(0);
});
