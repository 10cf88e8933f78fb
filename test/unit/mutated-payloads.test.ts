import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openJournal } from '../../src/journal/journal.ts';
import { mutatedDay } from '../faults/mutate-day.ts';
import { anyMutatedRace, faultsOf, sentOf } from '../faults/mutate-judge.ts';
import { recordedRaces, simulatedRaces } from '../faults/mutate-payloads.ts';
import { hold } from '../support/properties.ts';
import { temporaryDirectory } from '../support/process.ts';

describe('payloads with changes', () => {
  it('give rows that the reference expects, or are kept in quarantine', () => {
    const races = [...simulatedRaces(6), ...recordedRaces(6)];
    const tally = { payloads: 0, quarantined: 0, taken: 0 };
    hold(
      fc.property(anyMutatedRace, (one) => {
        expect(faultsOf(sentOf(races, one), tally)).toEqual([]);
      }),
      // New ones are for the long form (test/faults/feed.ts): a test that fails by chance helps nobody.
      600,
    );
    expect(tally.payloads).toBeGreaterThan(1_800);
    expect(tally.quarantined).toBeGreaterThan(300);
    expect(tally.taken).toBeGreaterThan(600);
  });

  it('end no actor and no race day, and every one that is not understood is in quarantine', () => {
    const directory = temporaryDirectory();
    onTestFinished(directory.remove);
    const file = join(directory.path, 'day.db');
    const { sent, told, errors } = mutatedDay(1, 8, (now) => {
      const journal = openJournal(file, { source: { kind: 'recording' }, now });
      onTestFinished(() => {
        journal.close();
      });
      return journal;
    });
    expect(errors).toEqual([]);
    for (const event of ['race.restarted', 'race.stalled', 'journal.failed'])
      expect(told.get(event)).toBeUndefined();
    expect(sent.events).toBeGreaterThan(60);
    expect(sent.malformed).toBeGreaterThan(20);
    const db = new DatabaseSync(file, { readOnly: true });
    onTestFinished(() => {
      db.close();
    });
    const kept = db.prepare('SELECT count(*) AS n FROM quarantine').get()?.n;
    expect(kept).toBeGreaterThanOrEqual(sent.malformed);
    expect(kept).toBe((told.get('poll.quarantined') ?? 0) + (told.get('listing.quarantined') ?? 0));
  });
});
