import type { ServerResponse } from 'node:http';
import { asyncScheduler, interval } from 'rxjs';
import type { Subscription } from 'rxjs';
import type { JournalReader } from '../sinks/journal/reader.ts';
import type { Clock } from './contract/status.ts';
import { Problem } from './problem.ts';
import { rowsAfter } from './queries-written.ts';
import { StreamClient } from './stream-client.ts';
import { eventText } from './tail.ts';
import type { Message, Tail } from './tail.ts';

/** Clients of the stream at once. */
export const mostClients = 256;

/** Rows beyond which a client is told to read its pages again, instead of all that it missed. */
const mostMissed = 50_000;

const beatEveryMs = 15_000;

/** Real milliseconds after which an EventSource connects again. */
const retryMs = 1_000;

export interface StreamRequest {
  /** The number of the last event that the client has; null: it has none and wants none of before. */
  readonly after: number | null;
  readonly wants: (message: Message) => boolean;
}

export interface StreamOptions {
  readonly reader: JournalReader;
  readonly tail: Tail;
  readonly version: string;
  readonly clock: () => Clock;
  /** Told of a fault of our own that ended a client. */
  readonly failed: (error: unknown) => void;
}

/** The clients of `/api/stream`. */
export class Streams {
  /** Clients cut off because they were too slow, since the start. */
  dropped = 0;
  readonly #options: StreamOptions;
  readonly #clients = new Set<StreamClient>();
  readonly #beat: Subscription;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#beat = interval(beatEveryMs, asyncScheduler).subscribe({
      next: () => {
        for (const client of this.#clients) client.beat();
      },
      error: options.failed,
    });
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** @throws Problem when no further client is taken */
  admit(): void {
    if (this.#clients.size < mostClients) return;
    throw new Problem(503, `There are ${mostClients} clients of the stream already: try again later.`, 5);
  }

  /** Serves a client whose headers are sent, until it is gone or the server stops. */
  serve(response: ServerResponse, { after, wants }: StreamRequest): void {
    const { tail, version, clock, failed } = this.#options;
    const newest = tail.newest();
    const isLost = after !== null && (after > newest || this.#missed(after) > mostMissed);
    const start = after === null || isLost ? newest : after;
    response.write(`retry: ${retryMs}\n${eventText('hello', { seq: start, version, clock: clock() })}`);
    if (isLost) response.write(eventText('reset', { seq: newest }, newest));
    const client = new StreamClient(response, { after: start, wants }, tail, () => {
      this.dropped++;
    });
    this.#clients.add(client);
    response.once('close', () => {
      this.#clients.delete(client);
    });
    client.start().catch((error: unknown) => {
      failed(error);
      response.destroy();
    });
  }

  /** Ends every stream. */
  close(): void {
    this.#beat.unsubscribe();
    for (const client of this.#clients) client.end();
  }

  #missed(after: number): number {
    return this.#options.reader.read((prepare) => rowsAfter(prepare, after, mostMissed + 1));
  }
}
