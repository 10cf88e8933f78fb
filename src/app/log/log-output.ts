import { setTimeout as wait } from 'node:timers/promises';
import type { DestinationStream } from 'pino';
import { standardOutput } from './line-target.ts';
import type { LineTarget, OpenTarget } from './line-target.ts';

/** Bytes of lines that wait for a reader; further ones are dropped. About ten thousand lines. */
const maxWaitingBytes = 4 * 1_048_576;

/** Real milliseconds between two tries after lines could not be written. */
const retryEveryMs = 1_000;

const flushLookMs = 10;

/** Real milliseconds for which the end waits for a reader that is gone, or a disk that is full. */
const failingMs = 1_000;

/**
 * Writes the log without ever waiting for it: recording goes on when nobody reads it, its reader is gone or its disk is
 * full. Lines beyond {@link maxWaitingBytes} are dropped and counted, and reported in their place as soon as there is
 * room again.
 */
export class LogOutput implements DestinationStream {
  readonly #target: LineTarget;
  readonly #maxWaiting: number;
  /** Lines dropped and not yet reported in the log. */
  #hole = 0;
  /** Lines dropped and not yet counted. */
  #uncounted = 0;
  #isFailing = false;
  #failures = 0;
  /** The newest line that reports a hole, and the lines of that hole. */
  #report = { line: '', lines: 0 };
  #reporting = 0;
  #retries: NodeJS.Timeout | undefined;
  #reportHole: (lines: number) => void = () => undefined;
  #count: (lines: number) => void = () => undefined;

  constructor(open: OpenTarget = standardOutput, maxWaiting = maxWaitingBytes) {
    this.#maxWaiting = maxWaiting;
    this.#target = open(
      (line) => {
        this.#lost(line);
      },
      () => {
        this.#fail();
        this.#retryLater();
      },
    );
  }

  /** @param report writes the line that stands in the log for so many dropped ones */
  reportBy(report: (lines: number) => void): void {
    this.#reportHole = report;
  }

  /** @param count receives how many lines were dropped since the last call, once a second while they are */
  countBy(count: (lines: number) => void): void {
    this.#count = count;
  }

  write(line: string): void {
    if (this.#reporting > 0) this.#report = { line, lines: this.#reporting };
    else if (this.#hole > 0) this.#closeHole();
    if (this.#hole > 0 || this.#target.waiting + line.length > this.#maxWaiting) this.#drop(1);
    else this.#target.write(line);
  }

  /**
   * Waits until every line is written, and for no more than {@link failingMs} when they cannot be.
   * @param maxMs real milliseconds after which it waits no longer for who reads slowly
   * @returns whether they are
   */
  async flush(maxMs: number): Promise<boolean> {
    const [startedAt, failures] = [performance.now(), this.#failures];
    while (this.#target.waiting > 0 || this.#hole > 0) {
      const patience = this.#failures === failures ? maxMs : Math.min(failingMs, maxMs);
      if (performance.now() - startedAt >= patience) return false;
      this.#retry();
      await wait(flushLookMs);
    }
    return true;
  }

  #fail(): void {
    this.#isFailing = true;
    this.#failures++;
  }

  #drop(lines: number): void {
    this.#hole += lines;
    this.#uncounted += lines;
    this.#retryLater();
  }

  #lost(line: string): void {
    this.#fail();
    if (line !== this.#report.line) {
      this.#drop(1);
      return;
    }
    // The hole is still to be reported; its lines are counted already.
    this.#hole += this.#report.lines;
    this.#retryLater();
  }

  /** Reports the hole where there is room: at half, so that not every second line is dropped. */
  #closeHole(): void {
    if (this.#isFailing || this.#target.waiting > this.#maxWaiting / 2) return;
    this.#reporting = this.#hole;
    this.#hole = 0;
    this.#reportHole(this.#reporting);
    this.#reporting = 0;
  }

  #retryLater(): void {
    this.#retries ??= setInterval(() => {
      this.#retry();
    }, retryEveryMs).unref();
  }

  #retry(): void {
    if (this.#uncounted > 0) this.#count(this.#uncounted);
    this.#uncounted = 0;
    this.#isFailing = false;
    if (this.#target.waiting > 0) this.#target.retry();
    if (this.#hole > 0) this.#closeHole();
    if (this.#hole > 0 || this.#target.waiting > 0) return;
    clearInterval(this.#retries);
    this.#retries = undefined;
  }
}

let standard: LogOutput | null = null;

/** The log on standard output. */
export function standardLog(): LogOutput {
  return (standard ??= new LogOutput());
}

/**
 * Waits for the log on standard output, if there is one.
 * @param maxMs real milliseconds after which it waits no longer
 * @returns whether every line is written
 */
export async function flushLog(maxMs: number): Promise<boolean> {
  return (await standard?.flush(maxMs)) ?? true;
}
