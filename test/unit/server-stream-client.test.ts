import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { StreamClient } from '../../src/server/stream-client.ts';
import type { Message, MessagePage } from '../../src/server/tail.ts';

class ClientSocket extends Socket {
  sent = '';
  readonly #reads: boolean;

  constructor(reads: boolean) {
    super();
    this.#reads = reads;
  }

  override _write(chunk: Buffer | string, _encoding: BufferEncoding, taken: () => void): void {
    this.sent += chunk.toString();
    if (this.#reads) taken();
  }

  override _writev(chunks: { chunk: Buffer | string }[], taken: () => void): void {
    for (const { chunk } of chunks) this.sent += chunk.toString();
    if (this.#reads) taken();
  }
}

/** A response whose client takes everything, or nothing. */
function responseTo(reads: boolean): { readonly response: ServerResponse; readonly sent: () => string } {
  const socket = new ClientSocket(reads);
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  response.assignSocket(socket);
  return { response, sent: () => socket.sent };
}

const message = (seq: number, text = `odds ${seq};`): Message => ({ seq, name: 'odds', raceId: 'r1', text });
const nothing: MessagePage = { messages: [], end: 0, more: false };

function client(
  response: ServerResponse,
  options: { isOver?: boolean; read?: () => Promise<MessagePage> } = {},
) {
  const page$ = new Subject<MessagePage>();
  let dropped = 0;
  const made = new StreamClient(response, {
    ...{ after: 0, wants: () => true, page$, read: options.read ?? (() => Promise.resolve(nothing)) },
    isOver: () => options.isOver ?? false,
    dropped: () => {
      dropped++;
    },
  });
  return { made, page$, dropped: () => dropped };
}

describe('a client of the stream', () => {
  it('that has not even read the beats before is cut off', async () => {
    const { response } = responseTo(false);
    const { made, dropped } = client(response);
    await made.start();
    for (let beat = 0; beat < 2; beat++) made.beat();
    expect(dropped()).toBe(0);
    made.beat();
    expect([dropped(), response.destroyed]).toEqual([1, true]);
    made.beat();
    expect(dropped()).toBe(1);
  });

  it('that reads is kept, however little there is for it', async () => {
    const { response } = responseTo(true);
    const { made, dropped } = client(response);
    await made.start();
    for (let beat = 0; beat < 20; beat++) {
      made.beat();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(dropped()).toBe(0);
  });

  it('is cut off earlier when too much waits for all clients together', async () => {
    const page = { messages: [message(1, 'x'.repeat(100_000))], end: 1, more: false };
    for (const isOver of [false, true]) {
      const { response } = responseTo(false);
      const { made, page$, dropped } = client(response, { isOver });
      await made.start();
      page$.next(page);
      expect(dropped()).toBe(Number(isOver));
    }
  });

  it('gets what is written while it is shown what it missed, once and in order', async () => {
    const { response, sent } = responseTo(true);
    const read = Promise.withResolvers<MessagePage>();
    const { made, page$ } = client(response, { read: () => read.promise });
    const started = made.start();
    // Written before the read is answered, and part of its answer.
    page$.next({ messages: [message(2)], end: 2, more: false });
    read.resolve({ messages: [message(1), message(2)], end: 2, more: false });
    await started;
    page$.next({ messages: [message(2), message(3)], end: 3, more: false });
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent().match(/odds \d;/g)).toEqual(['odds 1;', 'odds 2;', 'odds 3;']);
  });
});
