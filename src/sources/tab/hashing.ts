import xxhash from 'xxhash-wasm';
import type { XXHashAPI } from 'xxhash-wasm';

let loaded: XXHashAPI | null = null;

/**
 * Resolves once {@link areHashesLoaded}, some milliseconds after the start. Nothing has to wait for it: until then
 * every response is parsed in whole.
 */
export const hashesLoaded = xxhash().then((api) => {
  loaded = api;
});

/** Whether the WebAssembly of {@link hashes} is compiled. */
export function areHashesLoaded(): boolean {
  return loaded !== null;
}

/**
 * 64-bit hashes.
 * @throws Error before {@link areHashesLoaded}
 */
export function hashes(): XXHashAPI {
  if (loaded === null) throw new Error('The hashes are not loaded yet.');
  return loaded;
}
