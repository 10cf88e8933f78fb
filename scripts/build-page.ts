// Builds the live page into web/dist; as a command (`npm run build:web`) whether it is needed or not.
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Builds a page where its sources are newer than what is built.
 * @param web its directory
 * @returns whether it was built
 */
export async function buildPageIfOlder(web = join(root, 'web')): Promise<boolean> {
  const built = statSync(join(web, 'dist/index.html'), { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
  const sources = readdirSync(web, { recursive: true, encoding: 'utf8' }).filter(
    (file) => !file.startsWith('dist'),
  );
  if (sources.every((file) => statSync(join(web, file)).mtimeMs <= built)) return false;
  await buildPage(web);
  return true;
}

/**
 * Builds a page beside the one that is there and puts it in its place when it is done: a server may be serving it.
 * @param web its directory
 */
export async function buildPage(web = join(root, 'web')): Promise<void> {
  // On the same file system, so that it can be renamed, and ignored by git.
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const next = mkdtempSync(join(cache, 'page-'));
  const dist = join(web, 'dist');
  try {
    await build({
      root: web,
      logLevel: 'warn',
      build: { outDir: join(next, 'dist'), emptyOutDir: true },
    });
    if (statSync(dist, { throwIfNoEntry: false }) !== undefined) renameSync(dist, join(next, 'before'));
    renameSync(join(next, 'dist'), dist);
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
}

if (import.meta.main) await buildPage();
