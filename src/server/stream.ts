import type { ServerResponse } from 'node:http';
import { asyncScheduler, interval } from 'rxjs';
import type { Subscription } from 'rxjs';
import type { JournalReader } from '../journal/reader.ts';
import type { Clock } from './contract/status.ts';
import { Gate } from './gate.ts';
import type { Limits } from './limits.ts';
import { Problem } from './problem.ts';
import { rowsAfter } from './queries-written.ts';
import { StreamClient } from './stream-client.ts';
import { eventText } from './tail.ts';
import type { Message, MessagePage, Tail } from './tail.ts';

/** Rows beyond which a client is told to read its pages again, instead of all that it missed. */
const maxMissed = 50_000;

/** Bytes that may wait for all clients together. */
const maxBacklogOfAll = 67_108_864;

/** Pages of what was missed that are kept, and for how many real milliseconds. */
const maxPages = 16;
const pageAgeMs = 1_000;

/** Real milliseconds after which an EventSource connects again. */
const retryMs = 1_000;

export interface StreamRequest {
  /** The number of the last event that the client has; null: it has none and wants none of before. */
  readonly after: number | null;
  /** Null: everything. */
  readonly wants: ((message: Message) => boolean) | null;
}

export interface StreamOptions {
  readonly reader: JournalReader;
  readonly tail: Tail;
  readonly limits: Pick<Limits, 'streams' | 'beatMs'>;
  readonly version: string;
  readonly clock: () => Clock;
  /** Receives an internal error that ended a client. */
  readonly failed: (error: unknown) => void;
  /** A client was cut off because it was too slow. */
  readonly dropped: () => void;
}

/** The clients of `/api/stream`. What they missed is read for one of them after the other. */
export class Streams {
  /** Clients cut off because they were too slow, since the start. */
  dropped = 0;
  readonly #options: StreamOptions;
  readonly #gate = new Gate();
  readonly #clients = new Map<ServerResponse, StreamClient | null>();
  readonly #pages = new Map<number, { readonly page: MessagePage; readonly at: number }>();
  readonly #beat: Subscription;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#beat = interval(options.limits.beatMs, asyncScheduler).subscribe({
      next: () => {
        for (const client of this.#clients.values()) client?.beat();
      },
      error: options.failed,
    });
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** @throws Problem when no further client is taken */
  admit(): void {
    const { streams } = this.#options.limits;
    if (this.#clients.size < streams) return;
    throw new Problem(503, `There are ${streams} clients of the stream already: try again later.`, 5);
  }

  /** Serves a client whose headers are sent, until it is gone or the server stops. */
  serve(response: ServerResponse, request: StreamRequest): void {
    this.#clients.set(response, null);
    response.once('close', () => {
      this.#clients.delete(response);
    });
    this.#begin(response, request).catch((error: unknown) => {
      this.#options.failed(error);
      response.destroy();
    });
  }

  /** Ends every stream. */
  close(): void {
    this.#beat.unsubscribe();
    for (const response of this.#clients.keys()) response.end();
  }

  async #begin(response: ServerResponse, { after, wants }: StreamRequest): Promise<void> {
    const { tail, version, clock } = this.#options;
    const { start, reset } = await this.#gate.run(`begin ${after}`, () => this.#placeOf(after));
    if (response.closed || response.writableEnded) return;
    response.write(`retry: ${retryMs}\n${eventText('hello', { seq: start, version, clock: clock() })}`);
    if (reset) response.write(eventText('reset', { seq: start }, start));
    const client = new StreamClient(response, {
      ...{ after: start, wants, page$: tail.page$ },
      // Each in a turn of its own: what is sent to hundreds at once takes long too.
      read: (seq) => this.#gate.run(response, () => this.#pageAfter(seq)),
      isOver: () => this.#backlog() > maxBacklogOfAll,
      dropped: () => {
        this.dropped++;
        this.#options.dropped();
      },
    });
    this.#clients.set(response, client);
    await client.start();
  }

  /** Where a client goes on that has everything up to a number. */
  #placeOf(after: number | null): { readonly start: number; readonly reset: boolean } {
    const newest = this.#options.tail.newest();
    if (after === null) return { start: newest, reset: false };
    const isLost = after > newest || this.#missed(after) > maxMissed;
    return { start: isLost ? newest : after, reset: isLost };
  }

  /** Clients that were cut off together ask for the same. */
  #pageAfter(seq: number): MessagePage {
    const now = performance.now();
    for (const [other, { at }] of this.#pages) if (now - at > pageAgeMs) this.#pages.delete(other);
    const known = this.#pages.get(seq);
    if (known !== undefined) return known.page;
    const page = this.#options.tail.after(seq);
    // One that is not full is not over either.
    if (page.more && this.#pages.size < maxPages) this.#pages.set(seq, { page, at: now });
    return page;
  }

  #missed(after: number): number {
    return this.#options.reader.read((prepare) => rowsAfter(prepare, after, maxMissed + 1));
  }

  #backlog(): number {
    return [...this.#clients.keys()].reduce((sum, { writableLength }) => sum + writableLength, 0);
  }
}
