import type { Observable } from 'rxjs';
import { Subscription } from 'rxjs';
import { Counter, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { LogEvent } from '../domain/log-events.ts';
import { listen } from './listen.ts';
import { pollFaults } from './reasons.ts';

/** Seconds. */
const pollBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const latenessBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300];

/** Of prom-client's own: gauges named like counters. */
const misnamed = ['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}_total`);

/** What is counted from the recorder's events, and the process's figures as its own thread measures them. */
export class RecorderMetrics {
  readonly #registry = new Registry();
  readonly #event$: Observable<LogEvent>;
  readonly #restarts: Counter;
  readonly #work = new Subscription();

  constructor(event$: Observable<LogEvent>) {
    this.#event$ = event$;
    collectDefaultMetrics({ register: this.#registry });
    for (const name of misnamed) this.#registry.removeSingleMetric(name);
    this.#restarts = this.#counter(
      'server_restarts_total',
      "Times that the server's thread was started again.",
    );
    this.#countPolls();
    this.#countFaults();
  }

  /** In the text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  serverRestarted(): void {
    this.#restarts.inc();
  }

  close(): void {
    this.#work.unsubscribe();
    this.#registry.clear();
  }

  #countPolls(): void {
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
      listen(this.#event$, {
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

  #countFaults(): void {
    const listings = this.#counter('listings_total', 'Listings of a date.', ['outcome']);
    for (const outcome of ['taken', 'failed']) listings.inc({ outcome }, 0);
    const holds = this.#counter('feed_holds_total', 'Times that the host asked to be left alone.');
    const stalls = this.#counter('loop_stalls_total', 'Times that the process did nothing for long.');
    const dropped = this.#counter(
      'log_lines_dropped_total',
      'Lines of the log that nobody took, or that had no room.',
    );
    const missed = this.#counter('stalled_polls_total', 'Polls that were due and did not happen in time.');
    const restarts = this.#counter(
      'race_restarts_total',
      "Races started again after oddstream's own faults.",
    );
    const commits = this.#counter('commit_failures_total', 'Commits to the journal that failed.');
    this.#work.add(
      listen(this.#event$, {
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
        'log.dropped': ({ lines }) => {
          dropped.inc(lines);
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
    return new Counter({ name: `oddstream_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({
      name: `oddstream_${name}`,
      help: `${help} In seconds of the recorder's clock.`,
      buckets,
      registers: [this.#registry],
    });
  }
}
