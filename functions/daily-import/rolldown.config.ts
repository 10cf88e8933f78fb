import { fileURLToPath } from 'node:url';
import { defineConfig } from 'rolldown';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** One file with everything in it: the runtime installs nothing. */
export default defineConfig({
  input: path('index.ts'),
  platform: 'node',
  // The runtime calls require() on the file, which cannot take a module that awaits at its top.
  output: {
    dir: path('dist'),
    format: 'cjs',
    entryFileNames: '[name].cjs',
    exports: 'named',
    codeSplitting: false,
  },
});
