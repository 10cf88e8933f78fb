import { describe, it } from 'vitest';
import { FeedError } from '../../src/domain/source.ts';
import { poll } from '../../src/streams/poll.ts';
import { marbles } from '../support/marbles.ts';
import { eventOf, received } from '../support/streams-snapshots.ts';

const answer = received(eventOf('race', { status: 'Open', start: 0, win: 2 }, 0));
const second = 1_000;

describe('poll', () => {
  it(
    'tells the answer, and when it was due, begun and had',
    marbles((m) => {
      const request$ = m.cold('200ms a', { a: answer });
      m.expect(poll(request$, -50, 10 * second, m.scheduler)).toBeObservable('200ms (t|)', {
        t: { due: -50, startedAt: 0, finishedAt: 200, kind: 'taken', received: answer },
      });
      m.expect(request$).toHaveSubscriptions('^ 199ms !');
    }),
  );

  it(
    'gives a response up that never ends, at its deadline',
    marbles((m) => {
      const request$ = m.cold('----------');
      m.expect(poll(request$, 0, 10 * second, m.scheduler)).toBeObservable('10s (f|)', {
        f: {
          due: 0,
          startedAt: 0,
          finishedAt: 10 * second,
          kind: 'failed',
          error: new FeedError('timeout', 'No complete response within 10000 ms.'),
        },
      });
      m.expect(request$).toHaveSubscriptions('^ 9999ms !');
    }),
  );

  it(
    'takes an answer that comes just before the deadline',
    marbles((m) => {
      const request$ = m.cold('9999ms (a|)', { a: answer });
      m.expect(poll(request$, 0, 10 * second, m.scheduler)).toBeObservable('9999ms (t|)', {
        t: { due: 0, startedAt: 0, finishedAt: 9_999, kind: 'taken', received: answer },
      });
    }),
  );

  it(
    'makes an outcome of a fault of the feed',
    marbles((m) => {
      const fault = new FeedError('server_error', 'Status 503.');
      const request$ = m.cold('300ms #', {}, fault);
      m.expect(poll(request$, 0, 10 * second, m.scheduler)).toBeObservable('300ms (f|)', {
        f: { due: 0, startedAt: 0, finishedAt: 300, kind: 'failed', error: fault },
      });
      m.expect(request$).toHaveSubscriptions('^ 299ms !');
    }),
  );

  it(
    'makes an outcome of a connection that ends without an answer',
    marbles((m) => {
      const request$ = m.cold('300ms |');
      m.expect(poll(request$, 0, 10 * second, m.scheduler)).toBeObservable('300ms (f|)', {
        f: {
          due: 0,
          startedAt: 0,
          finishedAt: 300,
          kind: 'failed',
          error: new FeedError('network', 'The connection ended without a response.'),
        },
      });
    }),
  );

  it(
    'lets a fault of our own pass',
    marbles((m) => {
      const request$ = m.cold('300ms #', {}, new TypeError('x is not a function'));
      m.expect(poll(request$, 0, 10 * second, m.scheduler)).toBeObservable(
        '300ms #',
        {},
        new TypeError('x is not a function'),
      );
    }),
  );

  it(
    'gives the request up when nobody listens any more',
    marbles((m) => {
      const request$ = m.cold('200ms a', { a: answer });
      m.expect(poll(request$, 0, 10 * second, m.scheduler), '100ms !').toBeObservable('');
      m.expect(request$).toHaveSubscriptions('^ 99ms !');
    }),
  );
});
