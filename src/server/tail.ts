import {
  EMPTY,
  asyncScheduler,
  catchError,
  defer,
  exhaustMap,
  expand,
  filter,
  map,
  of,
  share,
  timer,
} from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Prepare } from '../journal/writer.ts';
import type { StreamEventName } from './contract/stream.ts';
import type { Written, WrittenPage } from './queries-written.ts';
import { newestSeq, writtenAfter } from './queries-written.ts';

/** An event of the stream, as it is sent. */
export interface Message {
  readonly seq: number;
  readonly name: StreamEventName;
  readonly raceId: string;
  /** In the format of Server-Sent Events. */
  readonly text: string;
}

export interface MessagePage {
  readonly messages: readonly Message[];
  /** The number up to which it tells everything. */
  readonly end: number;
  readonly more: boolean;
}

/** Rows of a page: between two pages the recorder gets its turn. */
const pageRows = 500;

/** Real milliseconds between two looks at the journal. */
const lookEveryMs = 200;

/** Real milliseconds between two pages of a look. */
const betweenPagesMs = 5;

export interface TailOptions {
  /** Reads of the journal, all of them at one instant. */
  readonly read: <T>(work: (prepare: Prepare) => T) => T;
  /** The data of an event. */
  readonly dataOf: (written: Written) => unknown;
  /** Told of a look that failed; the next one is made all the same. */
  readonly failed: (error: unknown) => void;
}

/** What is written to the journal, told as it comes. */
export class Tail {
  /** Pages that are not empty, for all who listen at once; nothing is read while nobody does. */
  readonly page$: Observable<MessagePage>;
  readonly #options: TailOptions;

  constructor(options: TailOptions, scheduler: SchedulerLike = asyncScheduler) {
    this.#options = options;
    this.page$ = defer(() => {
      let end = this.newest();
      const next = (): MessagePage => {
        const page = this.after(end);
        ({ end } = page);
        return page;
      };
      const look$ = defer(() => of(next())).pipe(
        expand(({ more }) => (more ? timer(betweenPagesMs, scheduler).pipe(map(next)) : EMPTY)),
        catchError((error: unknown) => {
          options.failed(error);
          return EMPTY;
        }),
      );
      return timer(lookEveryMs, lookEveryMs, scheduler).pipe(exhaustMap(() => look$));
    }).pipe(
      filter(({ messages }) => messages.length > 0),
      share(),
    );
  }

  /** The number of the newest row. */
  newest(): number {
    return this.#options.read(newestSeq);
  }

  /** What was written after a number. */
  after(seq: number): MessagePage {
    const { rows, end, more }: WrittenPage = this.#options.read((prepare) =>
      writtenAfter(prepare, seq, pageRows),
    );
    return { messages: rows.map((row) => this.#message(row)), end, more };
  }

  #message(written: Written): Message {
    const { name, row } = written;
    const text = eventText(name, this.#options.dataOf(written), row.seq);
    return { seq: row.seq, name, raceId: row.race_id, text };
  }
}

/** An event in the format of Server-Sent Events. JSON has no line breaks of its own. */
export function eventText(name: StreamEventName, data: unknown, seq?: number): string {
  const id = seq === undefined ? '' : `id: ${seq}\n`;
  return `${id}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
