import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { boundaryDamages, seededDamages } from '../faults/storage-damages.ts';
import { sampleJournal } from '../faults/storage-journal.ts';
import type { SampleJournal } from '../faults/storage-journal.ts';
import { Victim } from '../faults/storage-trial.ts';
import type { Damage } from '../faults/storage-trial.ts';
import { temporaryDirectory } from '../support/process.ts';

/** The short form of test/faults/storage.ts: some of the places, by the same judge. */
const directory = temporaryDirectory();
let sample: SampleJournal;

beforeAll(async () => {
  sample = await sampleJournal(directory.path, 2, 5);
});

afterAll(() => {
  directory.remove();
});

const someOf = (damages: readonly Damage[], every: number): Damage[] =>
  damages.filter((_, index) => index % every === 0);

function trials(file: string, choose: (victim: Victim) => Damage[]) {
  const victim = new Victim(file, join(directory.path, 'work'));
  return choose(victim).map((damage) => ({ damage, ...victim.attempt(damage) }));
}

const isWrong = ({
  lost,
  untrue,
  problems,
}: {
  lost: readonly string[];
  untrue: readonly string[];
  problems: readonly string[];
}) => lost.length + untrue.length + problems.length > 0;

test('a truncated or flipped journal starts whole, or is refused with the way out and repaired', () => {
  const done = trials(sample.closed, (victim) => [
    ...someOf(boundaryDamages(victim, ''), 47),
    ...seededDamages(victim, '', 7, 10),
  ]);
  expect(done.filter(isWrong)).toEqual([]);
  const outcomes = new Set(done.map(({ outcome }) => outcome));
  expect(outcomes).toEqual(new Set(['started', 'repaired']));
});

test('a truncated or flipped log leaves the transactions before it, all of them and nothing else', () => {
  const done = trials(sample.killed, (victim) => [
    ...someOf(boundaryDamages(victim, '-wal'), 29),
    ...seededDamages(victim, '-wal', 7, 4),
  ]);
  expect(done.length).toBeGreaterThan(6);
  expect(done.filter(isWrong)).toEqual([]);
  expect(done.filter(({ outcome }) => outcome === 'repaired')).toEqual([]);
});
