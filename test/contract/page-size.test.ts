import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { root } from '../support/process.ts';

describe('the first load', () => {
  const assets = join(root, 'web/dist/assets');
  const compressed = (ending: string): number =>
    readdirSync(assets)
      .filter((file) => file.endsWith(ending))
      .reduce((sum, file) => sum + gzipSync(readFileSync(join(assets, file))).length, 0);

  it('has at most 60 KB of script and 150 KB in all, compressed', () => {
    const script = compressed('.js');
    expect(script).toBeGreaterThan(10_000);
    expect(script).toBeLessThan(60_000);
    expect(script + compressed('.css')).toBeLessThan(150_000);
  });
});
