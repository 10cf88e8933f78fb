import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { root } from './process.ts';

const web = join(root, 'web');

/** Builds the live page before the tests where its sources are newer than what is built. */
export default async function buildPage(): Promise<void> {
  const built = statSync(join(web, 'dist/index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(web, { recursive: true, encoding: 'utf8' }).filter(
    (file) => !file.startsWith('dist'),
  );
  const newest = Math.max(...sources.map((file) => statSync(join(web, file)).mtimeMs));
  if (newest > built) await build({ root: web, logLevel: 'warn' });
}
