import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Subscription } from 'rxjs';
import type { Message, MessagePage, Tail } from './tail.ts';

/** Bytes that may wait for a client. One that is slower is cut off, and goes on from where it was. */
const mostBacklog = 1_048_576;

/** Real milliseconds that a client may take for a page of what it missed. */
const patienceMs = 30_000;

/** Real milliseconds between two pages of what a client missed. */
const betweenPagesMs = 5;

export interface StreamWishes {
  /** The number after which it goes on. */
  readonly after: number;
  readonly wants: (message: Message) => boolean;
}

/** One client of the stream: is sent what it missed, page by page as it takes them, and then what comes. */
export class StreamClient {
  /** The number up to which it was sent everything. */
  #cursor: number;
  readonly #response: ServerResponse;
  readonly #wants: (message: Message) => boolean;
  readonly #tail: Tail;
  readonly #closed = new AbortController();
  readonly #dropped: () => void;
  #live: Subscription | null = null;

  /** @param dropped told when it is cut off because it is too slow */
  constructor(response: ServerResponse, wishes: StreamWishes, tail: Tail, dropped: () => void) {
    this.#response = response;
    this.#cursor = wishes.after;
    this.#wants = wishes.wants;
    this.#tail = tail;
    this.#dropped = dropped;
    response.once('close', () => {
      this.#closed.abort();
      this.#live?.unsubscribe();
    });
  }

  /** Ends when it is sent what comes, or is gone. */
  async start(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      // In one turn with what follows: nothing is written between the last read and the first page that comes.
      const page = this.#tail.after(this.#cursor);
      const roomy = this.#send(page);
      if (!page.more) {
        this.#goLive();
        return;
      }
      const taken = roomy ? wait(betweenPagesMs, undefined, { signal }) : this.#drained();
      await taken.catch((error: unknown) => {
        // Gone meanwhile, or cut off: the loop ends by that.
        if (!signal.aborted) throw error;
      });
    }
  }

  /** Says that the connection is alive, and how far the stream is, for a client to which little is of interest. */
  beat(): void {
    if (this.#live !== null) this.#write(`: beat\nid: ${this.#cursor}\n\n`);
  }

  end(): void {
    this.#response.end();
  }

  #goLive(): void {
    this.#live = this.#tail.page$.subscribe({
      next: (page) => {
        this.#send(page);
      },
      // The tail survives its failures.
      error: () => {
        this.#response.destroy();
      },
    });
  }

  /** @returns whether more may be sent at once */
  #send({ messages, end }: MessagePage): boolean {
    const text = messages
      .filter((message) => message.seq > this.#cursor && this.#wants(message))
      .map((message) => message.text)
      .join('');
    this.#cursor = Math.max(this.#cursor, end);
    return text === '' || this.#write(text);
  }

  #write(text: string): boolean {
    const roomy = this.#response.write(text);
    if (this.#response.writableLength > mostBacklog) this.#drop();
    return roomy;
  }

  async #drained(): Promise<void> {
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(patienceMs)]);
    try {
      await once(this.#response, 'drain', { signal });
    } catch (error) {
      if (!this.#closed.signal.aborted) this.#drop();
      throw error;
    }
  }

  #drop(): void {
    this.#closed.abort();
    this.#live?.unsubscribe();
    this.#dropped();
    this.#response.destroy();
  }
}
