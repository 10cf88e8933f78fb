import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StreamMessage, StreamQuery } from '../../web/src/live/connection-source.ts';
import { SharedStream } from '../../web/src/live/shared-stream.ts';

/** Stands for the browser's, and is told what the server sends. */
class FakeSource extends EventTarget {
  static opened: FakeSource[] = [];
  readonly url: string;
  isClosed = false;

  constructor(url: string) {
    super();
    this.url = url;
    FakeSource.opened.push(this);
  }

  close(): void {
    this.isClosed = true;
  }

  send(name: string, seq: number, raceId?: string): void {
    const data = JSON.stringify({ seq, race_id: raceId });
    this.dispatchEvent(new MessageEvent(name, { data, lastEventId: String(seq) }));
  }
}

const url = 'http://recorder/api/stream';
const newest = (): FakeSource => {
  const source = FakeSource.opened.at(-1);
  if (source === undefined) throw new Error('No connection was opened.');
  return source;
};
const asked = (): Record<string, string> => Object.fromEntries(new URL(newest().url).searchParams);

beforeEach(() => {
  FakeSource.opened = [];
  vi.stubGlobal('EventSource', FakeSource);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

function follow(stream: SharedStream, query: StreamQuery) {
  const tab = {};
  const received: string[] = [];
  const send = (message: StreamMessage): void => {
    if (message.kind === 'event') received.push(`${message.name} ${message.id}`);
    else received.push(message.kind);
  };
  stream.take(tab, { kind: 'follow', url, query }, send);
  const leave = (): void => {
    stream.take(tab, { kind: 'leave' }, send);
  };
  return { received, leave };
}

describe('the stream that tabs share', () => {
  it('asks for what the only tab asks for', () => {
    follow(new SharedStream(), { after: 7, race: 'a', events: ['odds', 'poll'] });
    expect(asked()).toEqual({ after: '7', race: 'a', events: 'odds,poll' });
  });

  it('asks for what any tab asks for, from where the one that is behind has come to, over one connection', () => {
    const stream = new SharedStream();
    follow(stream, { after: 7, race: 'a', events: ['odds'] });
    newest().send('odds', 9, 'a');
    follow(stream, { after: 12, events: ['race'] });
    expect(asked()).toEqual({ after: '9', events: 'odds,race' });
    expect(FakeSource.opened.map(({ isClosed }) => isClosed)).toEqual([true, false]);
  });

  it('sends each tab what it asks for, once', () => {
    const stream = new SharedStream();
    const one = follow(stream, { after: 7, race: 'a', events: ['odds'] });
    const other = follow(stream, { after: 12, events: ['odds', 'race'] });
    one.received.splice(0);
    other.received.splice(0);
    newest().send('odds', 10, 'a');
    newest().send('odds', 13, 'b');
    newest().send('race', 14, 'a');
    newest().send('odds', 15, 'a');
    newest().send('odds', 15, 'a');
    expect(one.received).toEqual(['odds 10', 'odds 15']);
    expect(other.received).toEqual(['odds 13', 'race 14', 'odds 15']);
  });

  it('tells every tab of a reset, and of a connection that is lost', () => {
    const stream = new SharedStream();
    const one = follow(stream, { after: 7, race: 'a', events: ['odds'] });
    const other = follow(stream, { after: 7, events: ['race'] });
    newest().send('reset', 90_000);
    newest().dispatchEvent(new Event('error'));
    expect(one.received.slice(-2)).toEqual(['reset 90000', 'lost']);
    expect(other.received.slice(-2)).toEqual(['reset 90000', 'lost']);
    expect(newest().isClosed).toBe(true);
    one.leave();
    other.leave();
  });

  it('asks for less when a tab leaves, and for nothing when the last one has left', () => {
    const stream = new SharedStream();
    const one = follow(stream, { after: 7, race: 'a', events: ['odds'] });
    const other = follow(stream, { after: 7, events: ['race'] });
    other.leave();
    expect(asked()).toEqual({ after: '7', race: 'a', events: 'odds' });
    one.leave();
    one.leave();
    expect(FakeSource.opened.every(({ isClosed }) => isClosed)).toBe(true);
    expect(FakeSource.opened).toHaveLength(3);
  });
});
