import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Observable } from 'rxjs';
import type { Message, MessagePage } from './tail.ts';

/** Bytes that may wait for a client. One that is slower is cut off, and goes on from where it was. */
const maxBacklog = 1_048_576;

/** Bytes that may wait for a client in any case, however many wait for all clients together. */
const freeBacklog = 65_536;

/** Real milliseconds that a client may take for a page of what it missed. */
const patienceMs = 30_000;

/** Real milliseconds between two pages of what a client missed. */
const betweenPagesMs = 5;

/** Beats that may wait for a client: it has read nothing for so long. */
const maxBeats = 2;

export interface StreamClientOptions {
  /** The number after which it goes on. */
  readonly after: number;
  /** Null: everything. */
  readonly wants: ((message: Message) => boolean) | null;
  /** What comes. */
  readonly page$: Observable<MessagePage>;
  /** Reads what was written after a number. */
  readonly read: (seq: number) => Promise<MessagePage>;
  /** Whether more waits for all clients together than may. */
  readonly isOver: () => boolean;
  /** It was cut off because it is too slow. */
  readonly dropped: () => void;
}

/** One client of the stream: is sent what it missed, page by page as it takes them, and then what comes. */
export class StreamClient {
  /** The number up to which it was sent everything. */
  #cursor: number;
  #isLive = false;
  #beatsWaiting = 0;
  readonly #response: ServerResponse;
  readonly #options: StreamClientOptions;
  readonly #closed = new AbortController();

  constructor(response: ServerResponse, options: StreamClientOptions) {
    this.#response = response;
    this.#options = options;
    this.#cursor = options.after;
    response.once('close', () => {
      this.#closed.abort();
    });
  }

  /** Resolves when it is sent what comes, or is gone. */
  async start(): Promise<void> {
    const { signal } = this.#closed;
    // Before anything is read: what is written after a read that gave everything comes by this.
    this.#listen();
    while (!signal.aborted) {
      const page = await this.#options.read(this.#cursor);
      if (this.#isEnded()) return;
      const roomy = this.#send(page);
      if (!page.more) {
        this.#isLive = true;
        return;
      }
      const taken = roomy ? wait(betweenPagesMs, undefined, { signal }) : this.#drained();
      await taken.catch((error: unknown) => {
        // Gone meanwhile, or cut off: the loop ends by that.
        if (!signal.aborted) throw error;
      });
    }
  }

  /**
   * Says that the connection is alive, and how far the stream is, for a client to which little is of interest. One that
   * has not even read the beats before is cut off.
   */
  beat(): void {
    if (!this.#isLive || this.#isEnded()) return;
    if (this.#beatsWaiting >= maxBeats) {
      this.#drop();
      return;
    }
    this.#beatsWaiting++;
    this.#response.write(`: beat\nid: ${this.#cursor}\n\n`, () => {
      this.#beatsWaiting--;
    });
  }

  #listen(): void {
    const live = this.#options.page$.subscribe({
      next: (page) => {
        // Until then it is in what is read.
        if (this.#isLive) this.#send(page);
      },
      // The tail survives its failures.
      error: () => {
        this.#response.destroy();
      },
    });
    this.#closed.signal.addEventListener('abort', () => {
      live.unsubscribe();
    });
  }

  /** @returns whether more may be sent at once */
  #send(page: MessagePage): boolean {
    const after = this.#cursor;
    this.#cursor = Math.max(after, page.end);
    const bytes = bytesOf(page, after, this.#options.wants);
    return bytes.length === 0 || this.#write(bytes);
  }

  #write(bytes: Buffer): boolean {
    if (this.#isEnded()) return false;
    const roomy = this.#response.write(bytes);
    const { writableLength } = this.#response;
    const isTooSlow = writableLength > maxBacklog || (writableLength > freeBacklog && this.#options.isOver());
    if (isTooSlow) this.#drop();
    return roomy;
  }

  #isEnded(): boolean {
    return this.#response.writableEnded || this.#response.destroyed;
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
    this.#options.dropped();
    this.#response.destroy();
  }
}

/** The whole of pages, for all clients that want it. */
const whole = new WeakMap<MessagePage, Buffer>();

function bytesOf(page: MessagePage, after: number, wants: StreamClientOptions['wants']): Buffer {
  const { messages } = page;
  const isNew = (messages[0]?.seq ?? 0) > after;
  if (wants !== null || !isNew) {
    return bytesFor(messages.filter((message) => message.seq > after && (wants?.(message) ?? true)));
  }
  const bytes = whole.get(page) ?? bytesFor(messages);
  whole.set(page, bytes);
  return bytes;
}

function bytesFor(messages: readonly Message[]): Buffer {
  return Buffer.from(messages.map(({ text }) => text).join(''));
}
