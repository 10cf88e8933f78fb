import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { emptyBaseline } from '../../src/domain/baseline.ts';
import { diffListed, listedMeeting } from '../../src/domain/diff-listing.ts';
import { diffEvent } from '../../src/domain/diff.ts';
import { rowId } from '../../src/domain/ids.ts';
import type { Change, GapRow, PollRow } from '../../src/domain/tables.ts';
import { timestamp } from '../../src/domain/time.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { closeGap, openGap } from '../../src/streams/gap.ts';
import type { Store } from '../../src/streams/ports.ts';
import { timeOf } from '../support/streams-clock.ts';
import { eventOf, listedRace, listingOf, meetingOf } from '../support/streams-snapshots.ts';
import type { Standing } from '../support/streams-snapshots.ts';
import { MemoryStore } from '../support/streams-store.ts';

const noon: Standing = { status: 'Open', start: timeOf('12:00'), win: 2 };
const race = 'race';
const gapAt = (time: string): GapRow => openGap(race, timeOf(time), 'timeout');

/** A store, and what a start of the recorder after this one sees. */
interface Kept {
  readonly store: Store;
  readonly reopened: () => Store;
}

const directory = mkdtempSync(join(tmpdir(), 'store-'));
const open: Journal[] = [];
let count = 0;

afterAll(() => {
  for (const journal of open) journal.close();
  rmSync(directory, { recursive: true });
});

function journalOnDisk(): Kept {
  const file = join(directory, `${++count}.db`);
  const opened = (): Journal => {
    const journal = openJournal(file, { source: { kind: 'recording' }, now: () => timeOf('12:00') });
    open.push(journal);
    return journal;
  };
  const journal = opened();
  return {
    store: journal,
    reopened: () => {
      journal.close();
      return opened();
    },
  };
}

function journalInMemory(): Kept {
  const store = new MemoryStore();
  return { store, reopened: () => store };
}

function poll(time: string, outcome: PollRow['outcome'], answered = outcome !== 'failed'): Change {
  const started_at = timestamp(timeOf(time));
  return {
    table: 'polls',
    row: {
      id: rowId(race, started_at),
      race_id: race,
      started_at,
      lateness_ms: 0,
      duration_ms: 1,
      outcome,
      reason: answered ? null : 'timeout',
      bytes: null,
      changes: 0,
      source_time: answered ? started_at : null,
    },
  };
}

describe.each([
  ['the journal', journalOnDisk],
  ['the journal in memory that stories use', journalInMemory],
])('%s', (_name, make) => {
  let kept: Kept;
  let store: Store;

  beforeEach(() => {
    kept = make();
    store = kept.store;
  });

  /** Takes a response as an actor does, and tells the baseline that the diff leads to. */
  function take(standing: Standing, time: string) {
    const { changes, baseline } = diffEvent(
      store.baseline(race),
      eventOf(race, standing, timeOf(time)),
      timeOf(time),
    );
    store.commit([...changes, poll(time, 'changed')]);
    return baseline;
  }

  it('knows nothing of a race at first', () => {
    expect(store.baseline(race)).toEqual(emptyBaseline(race));
    expect(store.lastGoodPollAt(race)).toBeNull();
    expect(store.openGap(race)).toBeNull();
    expect(store.isSettled(race)).toBe(false);
    expect(store.liveRaces()).toEqual([]);
    expect(store.meetingDigests()).toEqual(new Map());
  });

  it('gives the baseline back that responses lead to, one after the other, and after a restart', () => {
    take(noon, '11:50');
    expect(take({ ...noon, win: 3, hold: 40, poolTotal: 1_000.5, others: ['b'] }, '11:51')).toEqual(
      store.baseline(race),
    );
    take({ ...noon, win: 0, hold: 41, poolTotal: 1_200 }, '11:52');
    const fluctuations = [{ at: timeOf('11:51:30'), odds: 5, place: 0 }];
    const last = take({ ...noon, status: 'Final', win: 4, fluctuations, dividends: [{ win: 4.5 }] }, '11:53');
    expect(store.baseline(race)).toEqual(last);
    expect(last.race?.endedAt).toBe(timeOf('11:53'));
    expect(kept.reopened().baseline(race)).toEqual(last);
  });

  it('gives back what a listing told, but for its place in the order of listings', () => {
    const listed = listedRace(race, noon);
    const at = timeOf('11:00');
    const { changes, baseline } = diffListed(store.baseline(race), listed, at, at);
    const [meeting] = listingOf('2026-03-08', [listed], at).meetings;
    if (meeting === undefined) throw new Error('a race has a meeting');
    const { row, digest } = listedMeeting(meeting, at);
    store.commit([{ table: 'meetings', row }, ...changes]);
    expect(store.baseline(race)).toEqual({ ...baseline, listed: null });
    expect(store.meetingDigests()).toEqual(new Map([[meetingOf(race), digest]]));

    const later = take({ ...noon, win: 3 }, '11:30');
    expect(store.baseline(race)).toEqual({ ...later, listed: null });
    // An event tells less of a meeting than its listing did.
    expect(store.meetingDigests()).toEqual(new Map([[meetingOf(race), digest]]));
  });

  it('does not know the meetings of which only events told', () => {
    take(noon, '11:50');
    expect(store.meetingDigests()).toEqual(new Map());
  });

  it('knows when the last poll that did not fail began, whatever came after it', () => {
    store.commit([poll('11:50', 'changed'), poll('11:52', 'unchanged'), poll('11:51', 'changed')]);
    store.commit([poll('11:53', 'failed')]);
    expect(store.lastGoodPollAt(race)).toBe(timeOf('11:52'));
    expect(store.lastGoodPollAt('another')).toBeNull();
  });

  it('knows since when a race has had its start and status, from its first poll on', () => {
    expect(store.unchangedSince(race)).toBeNull();
    take(noon, '11:50');
    take({ ...noon, win: 3 }, '11:51');
    expect(store.unchangedSince(race)).toBe(timeOf('11:50'));
    take({ ...noon, start: timeOf('12:10') }, '11:52');
    take({ ...noon, start: timeOf('12:10'), status: 'Closed' }, '12:11');
    take({ ...noon, start: timeOf('12:10'), status: 'Closed', win: 4 }, '12:12');
    expect(store.unchangedSince(race)).toBe(timeOf('12:11'));
    expect(store.unchangedSince('another')).toBeNull();
  });

  it('knows the open gap of a race, which is neither closed nor one of an entrant', () => {
    const { reason, from_time } = gapAt('11:40');
    const id = rowId(race, 'b', from_time, reason);
    const overflow = { ...gapAt('11:40'), id, entrant_id: 'b' };
    const earlier = closeGap(gapAt('11:30'), timeOf('11:31'), null, true);
    const gap = gapAt('11:50');
    store.commit([earlier, overflow, gap].map((row) => ({ table: 'gaps', row })));
    expect(store.openGap(race)).toEqual(gap);
    expect(store.openGap('another')).toBeNull();
    expect(kept.reopened().openGap(race)).toEqual(gap);
  });

  it('has no open gap once the last one is closed', () => {
    const gap = gapAt('11:50');
    store.commit([{ table: 'gaps', row: gap }]);
    store.commit([{ table: 'gaps', row: closeGap(gap, timeOf('11:51'), null, false) }]);
    expect(store.openGap(race)).toBeNull();
  });

  it('knows the races that are not settled, by their start', () => {
    for (const [raceId, start] of [
      ['c', '12:30'],
      ['a', '12:40'],
      ['b', '12:30'],
    ] as const) {
      const at = timeOf('11:00');
      const listed = listedRace(raceId, { ...noon, start: timeOf(start) }, { country: 'AUS', category: 'G' });
      store.commit(diffListed(store.baseline(raceId), listed, at, at).changes);
    }
    const live = (from: Store) =>
      from.liveRaces().map(({ race_id, country, type }) => [race_id, country, type]);
    expect(live(store)).toEqual(['b', 'c', 'a'].map((raceId) => [raceId, 'AUS', 'G']));

    store.commit([{ table: 'races', key: 'b', patch: { settled_at: timestamp(timeOf('13:00')) } }]);
    expect(live(store)).toEqual(['c', 'a'].map((raceId) => [raceId, 'AUS', 'G']));
    expect(['a', 'b', 'z'].map((raceId) => store.isSettled(raceId))).toEqual([false, true, false]);
    store.commit([{ table: 'races', key: 'b', patch: { settled_at: null } }]);
    expect(store.isSettled('b')).toBe(false);
  });

  it('writes a history row once: the same one again changes nothing', () => {
    store.commit([poll('11:50', 'changed')]);
    store.commit([poll('11:50', 'failed')]);
    expect(store.lastGoodPollAt(race)).toBe(timeOf('11:50'));
  });

  it('does not let an older row take the place of a current one, nor a listed race that of one in full', () => {
    const newest = take({ ...noon, win: 3 }, '11:50');
    const older = diffEvent(emptyBaseline(race), eventOf(race, noon, timeOf('11:40')), timeOf('11:55'));
    store.commit(older.changes.filter(({ table }) => table === 'races' || table === 'entrants'));
    const { changes } = diffListed(
      emptyBaseline(race),
      listedRace(race, noon),
      timeOf('11:56'),
      timeOf('11:56'),
    );
    store.commit(changes);
    expect(store.baseline(race)).toEqual(newest);
  });

  it('does nothing with a patch of a row that is not there', () => {
    store.commit([{ table: 'races', key: race, patch: { settled_at: timestamp(timeOf('13:00')) } }]);
    expect(store.liveRaces()).toEqual([]);
    expect(store.isSettled(race)).toBe(false);
  });

  it('does all of a commit or nothing of it', () => {
    const bad = { ...gapAt('11:50'), expected_polls: NaN };
    expect(() => {
      store.commit([poll('11:50', 'changed'), { table: 'gaps', row: bad }]);
    }).toThrow(TypeError);
    expect(store.lastGoodPollAt(race)).toBeNull();
    expect(store.openGap(race)).toBeNull();
  });

  it('commits each of several by itself, and tells why one was not', () => {
    const bad = { ...gapAt('11:50'), expected_polls: NaN };
    const failures = store.commitEach([
      [poll('11:50', 'changed')],
      [poll('11:52', 'changed'), { table: 'gaps', row: bad }],
      [],
      [poll('11:51', 'changed')],
    ]);
    expect(failures).toEqual([null, expect.any(TypeError), null, null]);
    expect(kept.reopened().lastGoodPollAt(race)).toBe(timeOf('11:51'));
  });

  it('commits several of which none is refused, and none at all', () => {
    expect(store.commitEach([[poll('11:50', 'changed')], [poll('11:51', 'changed')]])).toEqual([null, null]);
    expect(store.commitEach([])).toEqual([]);
    expect(kept.reopened().lastGoodPollAt(race)).toBe(timeOf('11:51'));
  });

  it('takes a response that could not be used, and an empty commit', () => {
    store.quarantine({
      raceId: race,
      receivedAt: timeOf('11:50'),
      reason: 'malformed',
      body: new Uint8Array(3),
    });
    store.quarantine({
      raceId: null,
      receivedAt: timeOf('11:50'),
      reason: 'malformed',
      body: new Uint8Array(3),
    });
    store.commit([]);
    expect(store.liveRaces()).toEqual([]);
  });
});
