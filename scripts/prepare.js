// Builds the live page after `npm ci` in a checkout. An installation without development dependencies has no
// Vite and needs none: its page comes built.
import { existsSync } from 'node:fs';
import { URL, fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('../web', import.meta.url));

async function vite() {
  try {
    return await import('vite');
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}

const builder = existsSync(web) ? await vite() : null;
if (builder === null) {
  console.log('The live page is not built: that takes web/ and the development dependencies.');
} else {
  await builder.build({ root: web, logLevel: 'warn' });
}
