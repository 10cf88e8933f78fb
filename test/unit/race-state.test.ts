import { describe, expect, it } from 'vitest';
import { emptyBaseline } from '../../src/domain/baseline.ts';
import { diffListed } from '../../src/domain/diff-listing.ts';
import { diffEvent } from '../../src/domain/diff.ts';
import { rowId } from '../../src/domain/ids.ts';
import type { EventSnapshot } from '../../src/domain/snapshot.ts';
import { FeedError } from '../../src/domain/source.ts';
import { defaultCadence } from '../../src/streams/cadence.ts';
import { openGap } from '../../src/streams/gap.ts';
import type { PollOutcome } from '../../src/streams/poll.ts';
import { afterListing } from '../../src/streams/race-missed.ts';
import { raceTimes } from '../../src/streams/race-state.ts';
import { stepOf } from '../../src/streams/race-step.ts';
import type { RaceRules, RaceState } from '../../src/streams/race-state.ts';
import { timeOf } from '../support/streams-clock.ts';
import { eventOf, listedRace, received } from '../support/streams-snapshots.ts';

const noon = { status: 'Open', start: timeOf('12:00'), win: 2 };
const rules: RaceRules = { cadence: defaultCadence, runningSince: timeOf('10:00'), correctionMs: 0 };

/** A race that was polled at a time and stood so. */
function polledAt(time: string, standing = noon): RaceState {
  const at = timeOf(time);
  const { baseline } = diffEvent(emptyBaseline('race'), eventOf('race', standing, at), at);
  const last = { startedAt: at, finishedAt: at, failures: 0, missing: 0 };
  return {
    baseline,
    polls: { phase: 0, last, lastGoodAt: at },
    since: at,
    gap: null,
    moved: null,
    known: null,
    older: null,
  };
}

function times(due: string, started: string, lasting = 200) {
  const startedAt = timeOf(started);
  return { due: timeOf(due), startedAt, finishedAt: startedAt + lasting };
}

function taken(due: string, started: string, standing = noon): PollOutcome {
  const when = times(due, started);
  return { kind: 'taken', ...when, received: received(eventOf('race', standing, when.finishedAt)) };
}

function failed(due: string, started: string, error = new FeedError('network', 'No route.')): PollOutcome {
  return { kind: 'failed', ...times(due, started), error };
}

describe('a good poll', () => {
  it('leads to its row, and to a state that goes on from it', () => {
    const step = stepOf(polledAt('11:56:00'), taken('11:56:10', '11:56:10.050'), rules);
    expect(step.poll).toEqual({
      id: rowId('race', '2026-03-07T11:56:10.050Z'),
      race_id: 'race',
      started_at: '2026-03-07T11:56:10.050Z',
      lateness_ms: 50,
      duration_ms: 200,
      outcome: 'unchanged',
      reason: null,
      bytes: 1_000,
      changes: 0,
      source_time: '2026-03-07T11:56:10.250Z',
    });
    expect(step.changes).toEqual([{ table: 'polls', row: step.poll }]);
    expect(step.state.polls).toEqual({
      phase: 0,
      last: {
        startedAt: timeOf('11:56:10.050'),
        finishedAt: timeOf('11:56:10.250'),
        failures: 0,
        missing: 0,
      },
      lastGoodAt: timeOf('11:56:10.050'),
    });
    expect(step).toMatchObject({ recorded: 0, gaps: [], failure: null });
  });

  it('counts the rows of history that it brings, and no others', () => {
    const step = stepOf(polledAt('11:56:00'), taken('11:56:10', '11:56:10', { ...noon, win: 3 }), rules);
    expect(step.poll).toMatchObject({ outcome: 'changed', changes: 1 });
    expect(step.changes.map(({ table }) => table)).toEqual(['odds_history', 'entrants', 'polls']);
  });

  it('that started before it was due is not late by less than nothing', () => {
    const step = stepOf(polledAt('11:56:00'), taken('11:56:10', '11:56:09.999'), rules);
    expect(step.poll.lateness_ms).toBe(0);
  });

  it.each([
    ['on time', '11:56:10', '11:56:10', null],
    ['late by one interval', '11:56:10', '11:56:20', null],
    ['late by more than one', '11:56:10', '11:56:20.001', 2],
    ['very late', '11:56:10', '11:57:05', 6],
  ])('%s leaves the gap it should', (_name, due, started, expected) => {
    const { gaps } = stepOf(polledAt('11:56:00'), taken(due, started), rules);
    expect(gaps.map(({ reason, expected_polls }) => [reason, expected_polls])).toEqual(
      expected === null ? [] : [['late', expected]],
    );
  });

  it('is not late by one interval from the beginning of a band, though two polls were due', () => {
    // The last five minutes begin at 11:59:55, where a poll is due; then at whole ten seconds.
    const off = { ...noon, start: timeOf('12:04:55') };
    const late = (started: string) =>
      stepOf(polledAt('11:59:30', off), taken('11:59:55', started, off), rules).gaps.length;
    expect(late('12:00:05')).toBe(0);
    expect(late('12:00:05.001')).toBe(1);
  });

  it('leaves no gap when it is the one read that was due, late as it is', () => {
    const final = { ...noon, status: 'Final' };
    const [read] = stepOf(polledAt('12:02:00', final), taken('12:03:00', '12:08:00', final), rules).gaps;
    expect(read).toBeUndefined();
    const [reads] = stepOf(polledAt('12:02:00', final), taken('12:03:00', '12:18:00', final), rules).gaps;
    expect(reads).toMatchObject({ reason: 'late', expected_polls: 2 });
  });

  /** A race that a listing moves to noon, or to what is told, at a time. */
  function movedAtTime(state: RaceState, time: string, standing = noon): RaceState {
    const at = timeOf(time);
    return afterListing(
      state,
      diffListed(state.baseline, listedRace('race', standing), at, at).baseline,
      at,
      rules,
    );
  }

  it('leaves no gap by a start that a listing told after all those polls would have been due', () => {
    const far = polledAt('11:55:00', { ...noon, start: timeOf('14:00') });
    const moved = movedAtTime(far, '11:57:30');
    expect(stepOf(moved, taken('11:57:30', '11:57:30'), rules).gaps).toEqual([]);
    // But by those that were due after it was known.
    expect(stepOf(moved, taken('11:57:30', '11:58:15'), rules).gaps).toMatchObject([
      { reason: 'late', from_time: '2026-03-07T11:57:40.000Z', expected_polls: 4 },
    ]);
  });

  it('leaves the gap of the polls that were missing when a listing moved the race', () => {
    // Every five minutes, and from 11:57:30 on every ten seconds.
    const far = polledAt('11:30:00', { ...noon, start: timeOf('14:00') });
    const moved = movedAtTime(far, '11:57:30');
    for (const due of ['11:35:00', '11:57:30']) {
      expect(stepOf(moved, taken(due, '11:57:35'), rules).gaps).toMatchObject([
        { reason: 'late', from_time: '2026-03-07T11:35:00.000Z', expected_polls: 5 },
      ]);
    }
    const again = movedAtTime(moved, '11:58:15', { ...noon, status: 'Closed' });
    expect(stepOf(again, taken('11:58:15', '11:58:15'), rules).gaps).toMatchObject([{ expected_polls: 9 }]);
    const stopped = { ...rules, runningSince: timeOf('11:57:20') };
    expect(stepOf(moved, taken('11:57:30', '11:57:30'), stopped).gaps).toMatchObject([
      { reason: 'stopped', from_time: '2026-03-07T11:35:00.000Z' },
    ]);
  });

  it('has nothing missing before it, though a listing moved the race while it was under way', () => {
    const started = { ...noon, start: timeOf('11:56:05') };
    const closed = { ...started, status: 'Closed' };
    const moved = movedAtTime(polledAt('11:56:00', started), '11:56:10.100', closed);
    expect(moved.moved?.missed).toMatchObject({ count: 1 });
    const { state } = stepOf(moved, taken('11:56:10', '11:56:10', closed), rules);
    expect(state.moved).toBeNull();
    expect(stepOf(state, taken('11:56:15', '11:56:20', closed), rules).gaps).toEqual([]);
    // What was due while it was under way, and was not made after it, is missing.
    expect(stepOf(state, taken('11:56:15', '11:56:50', closed), rules).gaps).toMatchObject([
      { reason: 'late', from_time: '2026-03-07T11:56:15.000Z', expected_polls: 3 },
    ]);
  });

  it('leaves no gap when it is the first of all', () => {
    const state = { ...polledAt('11:50:00'), polls: { phase: 0, last: null, lastGoodAt: null } };
    expect(stepOf(state, taken('11:56:00', '11:58:00'), rules).gaps).toEqual([]);
  });

  it('tells a stop of the process from lateness', () => {
    const restarted = { ...rules, runningSince: timeOf('11:56:30') };
    const { gaps } = stepOf(polledAt('11:56:00'), taken('11:56:10', '11:56:30'), restarted);
    expect(gaps).toMatchObject([
      { reason: 'stopped', from_time: '2026-03-07T11:56:10.000Z', expected_polls: 2 },
    ]);
  });

  it('closes the gap that is open, and opens no other', () => {
    const gap = openGap('race', timeOf('11:56:10'), 'timeout');
    const step = stepOf({ ...polledAt('11:56:00'), gap }, taken('11:57:00', '11:57:00'), rules);
    expect(step.gaps).toEqual([
      { ...gap, to_time: '2026-03-07T11:57:00.000Z', expected_polls: 5, repaired: true },
    ]);
    expect(step.changes).toContainEqual({ table: 'gaps', row: step.gaps[0] });
    expect(step.state.gap).toBeNull();
  });
});

describe('a failed poll', () => {
  it('is a row with its reason, and opens a gap at what it was due for', () => {
    const before = polledAt('11:56:00');
    const step = stepOf(before, failed('11:56:10', '11:56:10.050'), rules);
    expect(step.poll).toMatchObject({
      outcome: 'failed',
      reason: 'network',
      bytes: null,
      changes: 0,
      source_time: null,
    });
    const gap = openGap('race', timeOf('11:56:10'), 'network');
    expect(step.gaps).toEqual([gap]);
    expect(step.changes).toEqual([
      { table: 'gaps', row: gap },
      { table: 'polls', row: step.poll },
    ]);
    expect(step.state).toMatchObject({
      gap,
      polls: { last: { failures: 1 }, lastGoodAt: timeOf('11:56:00') },
    });
    expect(step.state.baseline).toBe(before.baseline);
    expect(step.failure).toEqual({ reason: 'network', detail: 'No route.', body: null });
  });

  it('adds to the failures in a row, and not to the gaps', () => {
    const first = stepOf(polledAt('11:56:00'), failed('11:56:10', '11:56:10'), rules);
    const second = stepOf(first.state, failed('11:56:12', '11:56:12'), rules);
    expect(second.state.polls.last?.failures).toBe(2);
    expect(second.state.gap).toEqual(first.state.gap);
    expect(second.gaps).toEqual([]);
  });

  it('of a race that was never polled has its gap begin with itself', () => {
    const state = { ...polledAt('11:50:00'), polls: { phase: 0, last: null, lastGoodAt: null } };
    expect(stepOf(state, failed('11:56:00', '11:56:30'), rules).gaps).toMatchObject([
      { from_time: '2026-03-07T11:56:00.000Z', reason: 'network' },
    ]);
  });

  it('is one whose response breaks a rule of the record: it is kept, and the baseline stays', () => {
    const before = polledAt('11:56:00');
    const outcome = taken('11:56:10', '11:56:10');
    if (outcome.kind !== 'taken') throw new Error('it is taken');
    const snapshot = { ...outcome.received.snapshot, generatedAt: NaN };
    const step = stepOf(before, { ...outcome, received: { ...outcome.received, snapshot } }, rules);
    expect(step.failure?.reason).toBe('malformed');
    expect(step.failure?.detail).toMatch(/^The response breaks a rule of the record: /);
    expect(new TextDecoder().decode(step.failure?.body ?? new Uint8Array())).toBe('as received');
    expect(step.state.baseline).toBe(before.baseline);
    expect(step.gaps).toMatchObject([{ reason: 'malformed' }]);
  });
});

describe('a response from the future', () => {
  const before = polledAt('11:56:00');
  const after = (change: (snapshot: EventSnapshot) => EventSnapshot, correctionMs = 0) => {
    const outcome = taken('11:56:10', '11:56:10');
    if (outcome.kind !== 'taken') throw new Error('it is taken');
    const snapshot = change(outcome.received.snapshot);
    const received = { ...outcome.received, snapshot };
    return stepOf(before, { ...outcome, received }, { ...rules, correctionMs });
  };
  const dated = (time: string) => (snapshot: EventSnapshot) => ({ ...snapshot, generatedAt: timeOf(time) });
  const priced = (time: string) => (snapshot: EventSnapshot) => ({
    ...snapshot,
    runners: snapshot.runners.map((runner) => ({
      ...runner,
      fluctuations: [{ at: timeOf(time), odds: 3, place: 0 }],
    })),
  });

  it.each([
    [
      'a response',
      dated('13:57'),
      'misdated',
      /^The response is dated 2026-03-07T13:57:00.000Z, more than a minute ahead of the feed's clock\.$/,
    ],
    [
      'a response that says no time',
      dated('1970-01-01T00:00:00Z'),
      'misdated',
      /is dated 1970-01-01T00:00:00.000Z, which is no time/,
    ],
    ['a price', priced('13:57'), 'malformed', /a price of \S+ is dated 2026-03-07T13:57:00.000Z/],
  ])('is not believed: %s would be the newest one for two hours', (_name, change, reason, detail) => {
    const step = after(change);
    expect(step.failure).toMatchObject({
      reason,
      detail: expect.stringMatching(detail) as string,
    });
    expect(step.state.baseline).toBe(before.baseline);
  });

  it.each([
    ['a response', dated('11:57:10')],
    ['a price', priced('13:56')],
  ])('is taken for a difference between clocks where it is a little ahead: %s', (_name, change) => {
    expect(after(change).failure).toBeNull();
  });

  it('is measured by the clock of the feed', () => {
    expect(after(dated('12:57'), 3_600_000).failure).toBeNull();
    expect(after(dated('12:58'), 3_600_000).failure?.reason).toBe('misdated');
  });

  it('is measured by ours where that is ahead: what lay in caches makes the feed look behind', () => {
    expect(after(dated('11:57'), -3_600_000).failure).toBeNull();
  });
});

describe('a listing', () => {
  const state = polledAt('11:30:00');
  const listed = (standing: typeof noon, time: string) =>
    diffListed(state.baseline, listedRace('race', standing), timeOf(time), timeOf(time)).baseline;

  it.each([
    ['another start', { ...noon, start: timeOf('12:01') }, { at: timeOf('11:31'), missed: null }],
    ['another status', { ...noon, status: 'Abandoned' }, { at: timeOf('11:31'), missed: null }],
    ['the same', noon, null],
  ])('that tells %s moves the race or does not', (_name, standing, moved) => {
    const after = afterListing(state, listed(standing, '11:31'), timeOf('11:31'), rules);
    expect(after.moved).toEqual(moved);
    expect(after.polls).toBe(state.polls);
  });

  it('that has a settled race back has nothing missed', () => {
    const { race } = state.baseline;
    if (race === null) throw new Error('it is known');
    const settled = {
      ...state,
      baseline: { ...state.baseline, race: { ...race, status: 'Abandoned', endedAt: 1, settledAt: 2 } },
    };
    const after = afterListing(settled, listed(noon, '11:31'), timeOf('11:31'), rules);
    expect(after.polls.lastGoodAt).toBeNull();
  });
});

describe('what the cadence goes by', () => {
  it('is on our clock: a start that the feed tells is that much sooner by ours', () => {
    expect(raceTimes(polledAt('11:30:00'), 8_000)).toEqual({
      status: 'Open',
      advertisedStart: timeOf('12:00') - 8_000,
      since: timeOf('11:30:00'),
      endedAt: null,
    });
    expect(raceTimes({ ...polledAt('11:30:00'), baseline: emptyBaseline('race') }, 0)).toBeNull();
  });
});
