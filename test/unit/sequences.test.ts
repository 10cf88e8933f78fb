import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { simulatedRaces } from '../faults/mutate-payloads.ts';
import { anySequence } from '../faults/sequence.ts';
import { faultsOfSequence } from '../faults/sequence-run.ts';
import { openSequenceWorld } from '../faults/sequence-world.ts';
import { hold } from '../support/properties.ts';

it('every value that a feed serves is in the journal or inside a gap, whatever its responses say and when', () => {
  const world = openSequenceWorld(simulatedRaces(6));
  onTestFinished(world.close);
  let races = 0;
  hold(
    fc.property(anySequence(1), (sequence) => {
      expect(faultsOfSequence(`race-${++races}`, sequence, world)).toEqual([]);
    }),
    150,
  );
  const { served, taken, refused } = world.tally;
  // They are of every kind.
  expect(served).toBeGreaterThan(400);
  expect(taken).toBeGreaterThan(150);
  for (const reason of ['malformed', 'misdated', 'stale']) expect(refused.get(reason)).toBeGreaterThan(10);
}, 300_000);
