import { describe, expect, it } from 'vitest';
import { credentialMask } from '../../src/sources/tab/identity.ts';
import { Secret } from '../../src/domain/secret.ts';
import { defaultCadence } from '../../src/streams/cadence.ts';
import { duesBetween } from '../../src/streams/due.ts';
import { align } from '../../web/src/series/align.ts';
import { expectBelow, millisOf } from './bounded.ts';

describe('pure work', () => {
  it('counts dues at once, however many there are', async () => {
    const cadence = { ...defaultCadence, bands: [{ name: 'jump', overMs: -Infinity, everyMs: 1 }] };
    const race = { advertisedStart: 36_000_000, status: 'Open', since: 1e12, endedAt: null } as const;
    const took = await millisOf(() => {
      expect(duesBetween(cadence, race, 0, 0, 1e12)?.count).toBe(1e12 - 1);
    });
    expectBelow('a million million dues', took, 1_000, 'ms');
  });

  it('aligns 24 runners with three hours of changes in well under the time of a render', async () => {
    const lines = Array.from({ length: 24 }, (_, runner) =>
      Array.from({ length: 600 }, (__, place) => ({ t: place * 18_000 + runner * 7, v: 2 + (place % 9) })),
    );
    const took = await millisOf(() => align(lines, { from: 0, to: 3 * 3_600_000 }, 1_200));
    expectBelow('alignment of 24 runners', took, 200, 'ms');
  });

  it('masks credentials in bodies that are made to take long', async () => {
    const bodies = ['\\', '/', '&amp;', '%25', '\\\\/', 'a', '+-', '\u00c3'].map((part) =>
      part.repeat(100_000),
    );
    const other = new Secret('somebody-else');
    const values = ['/////////x', '\\\\\\\\\\\\\\\\x', '&&&&&&&x', '%%%%%%%x', 'aaaaaaaaab', 'ÃÃÃÃÃÃÃx'];
    const took = await millisOf(() => {
      for (const value of values) {
        const mask = credentialMask({ from: new Secret(value), partner: other, partnerId: other });
        for (const body of bodies) mask.text(body);
      }
    });
    expectBelow('masks of six credentials over eight bodies', took, 10_000, 'ms');
  });
});
