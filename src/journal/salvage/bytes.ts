import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** A file that is read at any place; what the disk refuses to read is as missing as what was cut off. */
export class FileBytes {
  readonly size: number;
  readonly #descriptor: number;

  /** @throws Error of the file system when it cannot be opened */
  constructor(path: string) {
    this.#descriptor = openSync(path, 'r');
    this.size = fstatSync(this.#descriptor).size;
  }

  /** Bytes of a place; null when they are not all there. */
  read(at: number, length: number): Buffer | null {
    if (at + length > this.size) return null;
    const bytes = Buffer.allocUnsafe(length);
    try {
      return readSync(this.#descriptor, bytes, 0, length, at) === length ? bytes : null;
    } catch (error) {
      // A sector that the disk has lost: what else is on it is still wanted.
      if (error instanceof Error && 'code' in error && error.code === 'EIO') return null;
      throw error;
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
