import { Counter, Histogram, Registry } from 'prom-client';
import type { Context } from './context.ts';
import { measure } from './metrics-measured.ts';

/** Seconds. */
const answerBuckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1];

/** What Prometheus reads. No label names a race: the number of series is bounded. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #context: Context;
  readonly #requests: Counter<'route' | 'status'>;
  readonly #answers: Histogram<'route'>;
  readonly #dropped: Counter<'route'>;
  #text: Promise<string> | null = null;

  constructor(context: Context) {
    this.#context = context;
    const registers = [this.#registry];
    measure(this.#registry, context);
    this.#requests = new Counter({
      name: 'oddstream_http_requests_total',
      help: 'Requests to this server, streams when they end.',
      labelNames: ['route', 'status'],
      registers,
    });
    this.#answers = new Histogram({
      name: 'oddstream_http_request_duration_seconds',
      help: 'Real time to answer a request to this server; without streams.',
      labelNames: ['route'],
      buckets: answerBuckets,
      registers,
    });
    this.#dropped = new Counter({
      name: 'oddstream_http_clients_dropped_total',
      help: 'Clients of this server cut off because they did not read their answer.',
      labelNames: ['route'],
      registers,
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
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

  /** A client was cut off because it was too slow. */
  dropped(route: string): void {
    this.#dropped.inc({ route });
  }

  /** Everything, in the text format of Prometheus. Those who ask at the same time share one answer. */
  text(): Promise<string> {
    this.#text ??= this.#collect().finally(() => {
      this.#text = null;
    });
    return this.#text;
  }

  close(): void {
    this.#registry.clear();
  }

  async #collect(): Promise<string> {
    const [ofRecorder, own] = await Promise.all([this.#context.recorder.metrics(), this.#registry.metrics()]);
    return ofRecorder + own;
  }
}
