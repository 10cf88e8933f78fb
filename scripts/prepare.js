// Builds the live page after `npm ci` in a checkout. The first `npx oddstream` runs this too, perhaps beside a recorder
// that serves the page: what is up to date is not built again. An installation without development dependencies has no
// Vite and needs none: its page comes built.
import { existsSync } from 'node:fs';
import { URL, fileURLToPath } from 'node:url';

const has = (path) => existsSync(fileURLToPath(new URL(path, import.meta.url)));

if (has('../web') && has('../node_modules/vite')) {
  const { buildPageIfOlder } = await import('./build-page.ts');
  await buildPageIfOlder();
} else {
  console.log('The live page is not built: that takes web/ and the development dependencies.');
}
