import { existsSync } from 'node:fs';
import { FileBytes } from './bytes.ts';
import { readLog } from './wal.ts';
import type { LoggedPages } from './wal.ts';

/** Bytes of a page of every journal: what SQLite takes when it is not told another size. */
export const pageSize = 4_096;

/** The pages of a journal as its files hold them, its log laid over them. Nothing is changed, and no lock taken. */
export class Pages {
  /** Pages that there can be. */
  readonly count: number;
  readonly #file: FileBytes | null;
  readonly #log: FileBytes | null;
  readonly #logged: LoggedPages;

  /** @throws Error of the file system when a file that is there cannot be opened */
  constructor(path: string) {
    this.#file = existsSync(path) ? new FileBytes(path) : null;
    this.#log = existsSync(`${path}-wal`) ? new FileBytes(`${path}-wal`) : null;
    this.#logged = this.#log === null ? new Map() : readLog(this.#log, pageSize);
    const inFile = Math.floor((this.#file?.size ?? 0) / pageSize);
    this.count = [...this.#logged.keys()].reduce((most, page) => Math.max(most, page), inFile);
  }

  /** A page by its number, from 1; null when it cannot be read. */
  read(page: number): Buffer | null {
    if (page < 1 || page > this.count) return null;
    const place = this.#logged.get(page);
    if (place !== undefined) return this.#log?.read(place, pageSize) ?? null;
    return this.#file?.read((page - 1) * pageSize, pageSize) ?? null;
  }

  close(): void {
    this.#file?.close();
    this.#log?.close();
  }
}
