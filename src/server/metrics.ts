import { Subscription } from 'rxjs';
import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Context } from './context.ts';
import { listen } from './listen.ts';
import { measure } from './metrics-measured.ts';
import { pollFaults } from './reasons.ts';

/** Seconds. */
const pollBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const latenessBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300];
const answerBuckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1];

/** Of prom-client's own: gauges named like counters. */
const misnamed = ['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}_total`);

/** What Prometheus reads. No label names a race: the number of series is bounded. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests: Counter<'route' | 'status'>;
  readonly #answers: Histogram<'route'>;
  readonly #work = new Subscription();

  constructor(context: Context) {
    collectDefaultMetrics({ register: this.registry });
    for (const name of misnamed) this.registry.removeSingleMetric(name);
    measure(this.registry, context);
    this.#countPolls(context);
    this.#countFaults(context);
    this.#requests = this.#counter('http_requests_total', 'Requests to this server, streams when they end.', [
      'route',
      'status',
    ]);
    this.#answers = new Histogram({
      name: 'oddstream_http_request_duration_seconds',
      help: 'Real time to answer a request to this server; without streams.',
      labelNames: ['route'],
      buckets: answerBuckets,
      registers: [this.registry],
    });
  }

  /**
   * A request was answered.
   * @param route its pattern, not its address
   * @param seconds real time; null for a stream
   */
  answered(route: string, status: number, seconds: number | null): void {
    this.#requests.inc({ route, status });
    if (seconds !== null) this.#answers.observe({ route }, seconds);
  }

  close(): void {
    this.#work.unsubscribe();
    this.registry.clear();
  }

  #countPolls({ recorder }: Context): void {
    const failures = this.#counter('poll_failures_total', 'Polls that gave nothing usable.', ['reason']);
    for (const reason of pollFaults) failures.inc({ reason }, 0);
    const bytes = this.#counter('response_bytes_total', 'Size of the responses to polls, decompressed.');
    const changes = this.#counter('changes_total', 'Rows of history that polls led to.');
    const duration = this.#histogram(
      'poll_duration_seconds',
      'Time of a request and its response.',
      pollBuckets,
    );
    const lateness = this.#histogram(
      'poll_lateness_seconds',
      'By how much polls began late.',
      latenessBuckets,
    );
    const timed = (fields: { readonly lateness_ms: number; readonly duration_ms: number }): void => {
      duration.observe(fields.duration_ms / 1000);
      lateness.observe(fields.lateness_ms / 1000);
    };
    this.#work.add(
      listen(recorder.event$, {
        'poll.changed': (fields) => {
          timed(fields);
          bytes.inc(fields.bytes);
          changes.inc(fields.changes);
        },
        'poll.unchanged': (fields) => {
          timed(fields);
          bytes.inc(fields.bytes);
        },
        'poll.failed': (fields) => {
          timed(fields);
          failures.inc({ reason: fields.reason });
        },
      }),
    );
  }

  #countFaults({ recorder }: Context): void {
    const listings = this.#counter('listings_total', 'Listings of a date.', ['outcome']);
    for (const outcome of ['taken', 'failed']) listings.inc({ outcome }, 0);
    const holds = this.#counter('feed_holds_total', 'Times that the host asked to be left alone.');
    const stalls = this.#counter('loop_stalls_total', 'Times that the process did nothing for long.');
    const missed = this.#counter('stalled_polls_total', 'Polls that were due and did not happen in time.');
    const restarts = this.#counter(
      'race_restarts_total',
      "Races started again after oddstream's own faults.",
    );
    const commits = this.#counter('commit_failures_total', 'Commits to the journal that failed.');
    this.#work.add(
      listen(recorder.event$, {
        'listing.taken': () => {
          listings.inc({ outcome: 'taken' });
        },
        'listing.failed': () => {
          listings.inc({ outcome: 'failed' });
        },
        'feed.held': () => {
          holds.inc();
        },
        'loop.stalled': () => {
          stalls.inc();
        },
        'race.stalled': () => {
          missed.inc();
        },
        'race.restarted': () => {
          restarts.inc();
        },
        'journal.failed': () => {
          commits.inc();
        },
      }),
    );
  }

  #counter<L extends string = never>(name: string, help: string, labelNames: L[] = []): Counter<L> {
    return new Counter({ name: `oddstream_${name}`, help, labelNames, registers: [this.registry] });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({
      name: `oddstream_${name}`,
      help: `${help} In seconds of the recorder's clock.`,
      buckets,
      registers: [this.registry],
    });
  }
}
