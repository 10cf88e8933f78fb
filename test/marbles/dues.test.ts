import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/streams/cadence.ts';
import type { PollState } from '../../src/streams/due.ts';
import { dues } from '../../src/streams/polling.ts';
import type { Due } from '../../src/streams/polling.ts';
import { marbles } from '../support/marbles.ts';

const everyTen: Plan = { kind: 'every', name: 'jump', everyMs: 10_000, since: -Infinity, until: Infinity };
const everyTwenty: Plan = { ...everyTen, name: 'quarter', everyMs: 20_000 };
const reads: Plan = { kind: 'reads', name: 'final', dues: [5_000, 8_000], until: Infinity };

/** The last poll was good and started at a time. */
const good = (startedAt: number): PollState => ({
  phase: 0,
  last: { startedAt, finishedAt: startedAt + 200, failures: 0, missing: 0 },
  lastGoodAt: startedAt,
});
const failed = (startedAt: number, failures: number): PollState => ({
  phase: 0,
  last: { startedAt, finishedAt: startedAt + 200, failures, missing: 0 },
  lastGoodAt: 0,
});
const poll = (due: number): Due => ({ kind: 'poll', due });
const done: Due = { kind: 'done' };
const silent = () => undefined;
const always = () => 1;

describe('dues', () => {
  it(
    'tells one poll, and the next one only after that one has been made',
    marbles((m) => {
      const plan$ = m.hot('p', { p: everyTen });
      const polls$ = m.hot('a 10199ms b', { a: good(0), b: good(10_000) });
      m.expect(dues(plan$, polls$, m.scheduler, silent, always), '60s !').toBeObservable('10s x 9999ms y', {
        x: poll(10_000),
        y: poll(20_000),
      });
      m.expect(plan$).toHaveSubscriptions('^ 59999ms !');
      m.expect(polls$).toHaveSubscriptions('^ 59999ms !');
    }),
  );

  it(
    'gives up the time it waited for when another plan comes',
    marbles((m) => {
      const plan$ = m.hot('p 4999ms q', { p: everyTen, q: everyTwenty });
      m.expect(dues(plan$, of(good(0)), m.scheduler, silent, always), '60s !').toBeObservable('20s x', {
        x: poll(20_000),
      });
    }),
  );

  it(
    'polls at once, and is not late, when a new plan would have polled before it was known',
    marbles((m) => {
      const plan$ = m.hot('p 14999ms q', { p: everyTwenty, q: everyTen });
      m.expect(dues(plan$, of(good(0)), m.scheduler, silent, always), '60s !').toBeObservable('15s x', {
        x: poll(15_000),
      });
    }),
  );

  it(
    'stays as late as it was when another plan comes after the time that was missed',
    marbles((m) => {
      // The first poll was due before the story began, as after a restart, and is under way.
      const plan$ = m.hot('p 4999ms q', { p: everyTwenty, q: everyTen });
      m.expect(dues(plan$, of(good(-25_000)), m.scheduler, silent, always), '60s !').toBeObservable(
        'x 4999ms x',
        {
          x: poll(-20_000),
        },
      );
    }),
  );

  it(
    'tells a poll that falls on the very moment at which its plan ends',
    marbles((m) => {
      const plan$ = m.hot('p 9999ms q', { p: everyTen, q: everyTwenty });
      m.expect(dues(plan$, of(good(0)), m.scheduler, silent, always), '60s !').toBeObservable('10s x', {
        x: poll(10_000),
      });
    }),
  );

  it(
    'backs off after a failed poll, within one interval',
    marbles((m) => {
      const polls$ = m.hot('a 2999ms b', { a: failed(-200, 1), b: failed(2_000, 4) });
      m.expect(dues(of(everyTen), polls$, m.scheduler, silent, always), '60s !').toBeObservable(
        '2s x 9999ms y',
        {
          x: poll(2_000),
          y: poll(12_000),
        },
      );
    }),
  );

  it(
    'tells the end of a plan that has no poll left',
    marbles((m) => {
      const polls$ = m.hot('a 5199ms b 2999ms c', { a: good(0), b: good(5_000), c: good(8_000) });
      m.expect(dues(of(reads), polls$, m.scheduler, silent, always), '60s !').toBeObservable(
        '5s x 2999ms y 199ms d',
        {
          x: poll(5_000),
          y: poll(8_000),
          d: done,
        },
      );
    }),
  );

  it(
    'lets the poll that was the last one end, before it tells the end',
    marbles((m) => {
      const told: string[] = [];
      const due$ = dues(of(reads), of(good(8_000)), m.scheduler, silent, always);
      due$.subscribe({ next: ({ kind }) => told.push(kind), error: silent });
      expect(told).toEqual([]);
      m.flush();
      expect(told).toEqual(['done']);
      m.expect(due$).toBeObservable('(d|)', { d: done });
    }),
  );

  it(
    'says what it aims at',
    marbles((m) => {
      const aims: (number | null)[] = [];
      const polls$ = m.hot('a 5199ms b 2999ms c', { a: good(0), b: good(5_000), c: good(8_000) });
      const due$ = dues(of(reads), polls$, m.scheduler, (due) => aims.push(due), always);
      m.expect(due$, '10s !').toBeObservable('5s x 2999ms y 199ms d', {
        x: poll(5_000),
        y: poll(8_000),
        d: done,
      });
      m.flush();
      expect(aims).toEqual([5_000, 8_000, null]);
    }),
  );
});
