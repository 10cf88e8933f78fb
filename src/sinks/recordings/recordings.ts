import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Exchange } from '../../domain/exchange.ts';
import { RecordingFile } from './file.ts';

/** Files that are open at once: each one's compression takes some 3 MB. */
const mostOpen = 24;

/**
 * Keeps every response in a directory, one compressed recording a race, for `oddstream replay`. A race that was
 * not heard of for long has its file closed; its next response begins another one.
 */
export class Recordings {
  readonly #directory: string;
  readonly #failed: (reason: string) => void;
  readonly #open = new Map<string, RecordingFile>();
  readonly #closing = new Set<Promise<void>>();

  /**
   * @param failed told when a file cannot be written; the recorder goes on without it
   * @throws Error of the file system when the directory cannot be made
   */
  constructor(directory: string, failed: (reason: string) => void) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#directory = directory;
    this.#failed = failed;
  }

  keep(exchange: Exchange): void {
    const subject = subjectOf(exchange.url);
    const file = this.#open.get(subject) ?? this.#begin(subject, exchange.startedAt);
    // Put last, so that the first is the one not heard of for longest.
    this.#open.delete(subject);
    this.#open.set(subject, file);
    file.write(line(exchange));
    for (const [name, oldest] of this.#open) {
      if (this.#open.size <= mostOpen) break;
      this.#end(name, oldest);
    }
  }

  /** Ends every file. */
  async close(): Promise<void> {
    for (const [name, file] of this.#open) this.#end(name, file);
    await Promise.all(this.#closing);
  }

  #begin(subject: string, startedAt: number): RecordingFile {
    const stamp = new Date(startedAt).toISOString().replace(/[-:.]/g, '');
    return new RecordingFile(join(this.#directory, `${subject}.${stamp}.jsonl.zst`), (reason) => {
      this.#open.delete(subject);
      this.#failed(reason);
    });
  }

  #end(subject: string, file: RecordingFile): void {
    this.#open.delete(subject);
    const ended = file.end().finally(() => {
      this.#closing.delete(ended);
    });
    this.#closing.add(ended);
  }
}

/** The race that a response is about, or `meetings`. */
function subjectOf(url: string): string {
  const [, raceId] = /\/events\/([\w-]+)/.exec(url) ?? [];
  return raceId ?? 'meetings';
}

function line({ url, status, startedAt, receivedAt, json }: Exchange): string {
  const head = JSON.stringify({
    startedAt: new Date(startedAt).toISOString(),
    receivedAt: new Date(receivedAt).toISOString(),
    url,
    status,
  });
  return `${head.slice(0, -1)},"body":${json ?? 'null'}}\n`;
}
