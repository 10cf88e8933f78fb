import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Exchange } from '../../domain/exchange.ts';
import { RecordingFile } from './file.ts';

/** Bytes of the last responses, compressed, to which the next ones are held: of some two thousand races. */
const mostHeld = 16 * 1024 * 1024;

/** Characters of responses that wait for the disk; past it they are left out. */
const mostWaiting = 64 * 1024 * 1024;

/**
 * Keeps every response in a directory, one compressed recording a race, for `oddstream replay`. Of so many races
 * that their last responses take too much memory, the one not heard of for longest has its recording ended; its next
 * response begins another one.
 */
export class Recordings {
  readonly #directory: string;
  readonly #failed: (reason: string) => void;
  readonly #open = new Map<string, RecordingFile>();
  #held = 0;
  #waiting = 0;
  /** Whether the disk is known to be too slow. */
  #late = false;
  /** Everything that was begun. */
  #done = Promise.resolve();

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
    const size = exchange.json?.length ?? 0;
    if (this.#waiting > mostWaiting) {
      if (!this.#late) this.#failed(`${this.#directory} is written too slowly: responses are left out`);
      this.#late = true;
      return;
    }
    this.#waiting += size;
    this.#done = this.#done.then(async () => {
      await this.#write(exchange);
      this.#waiting -= size;
      if (this.#waiting === 0) this.#late = false;
    });
  }

  /** Resolves when everything kept so far is on disk, or failed. */
  async flushed(): Promise<void> {
    await this.#done;
  }

  /** Ends every file; resolves when everything is on disk, or failed. */
  async close(): Promise<void> {
    this.#done = this.#done.then(async () => {
      for (const [subject, file] of this.#open) await this.#end(subject, file);
    });
    await this.#done;
  }

  async #write(exchange: Exchange): Promise<void> {
    const subject = subjectOf(exchange.url);
    const file = this.#take(subject) ?? this.#begin(subject, exchange.startedAt);
    try {
      await file.write(line(exchange));
    } catch (error) {
      this.#tell(file, error);
      return;
    }
    // Put last, so that the first is the one not heard of for longest.
    this.#open.set(subject, file);
    this.#held += file.held;
    for (const [name, oldest] of this.#open) {
      if (this.#held <= mostHeld || oldest === file) break;
      await this.#end(name, oldest);
    }
  }

  #begin(subject: string, startedAt: number): RecordingFile {
    const stamp = new Date(startedAt).toISOString().replace(/[-:.]/g, '');
    return new RecordingFile(join(this.#directory, `${subject}.${stamp}.jsonl.zst`));
  }

  #take(subject: string): RecordingFile | undefined {
    const file = this.#open.get(subject);
    this.#open.delete(subject);
    this.#held -= file?.held ?? 0;
    return file;
  }

  async #end(subject: string, file: RecordingFile): Promise<void> {
    this.#take(subject);
    try {
      await file.end();
    } catch (error) {
      this.#tell(file, error);
    }
  }

  #tell({ path }: RecordingFile, error: unknown): void {
    this.#failed(`${path}: ${error instanceof Error ? error.message : 'it cannot be written'}`);
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
