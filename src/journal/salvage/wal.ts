import { FileBytes } from './bytes.ts';

/** Pages of a write-ahead log: for each page number the place of its newest version in the file. */
export type LoggedPages = ReadonlyMap<number, number>;

const headerBytes = 32;
const frameHeaderBytes = 24;
const magic = 0x377f0682;

/**
 * What was committed in a write-ahead log, up to the first frame that is not as it was written: as SQLite itself
 * reads it. Each frame's checksum is over everything before it.
 *
 * @param pageSize bytes; a log of another page size holds nothing of this database
 * @see https://sqlite.org/fileformat2.html#the_write_ahead_log
 */
export function readLog(file: FileBytes, pageSize: number): LoggedPages {
  const committed = new Map<number, number>();
  const header = file.read(0, headerBytes);
  // The last bit tells the order of bytes in which the checksums were made.
  if (header === null) return committed;
  if ((header.readUInt32BE(0) & ~1) >>> 0 !== magic || header.readUInt32BE(8) !== pageSize) return committed;
  const checksum = new Checksum((header.readUInt32BE(0) & 1) === 1);
  checksum.add(header.subarray(0, 24));
  if (!checksum.is(header, 24)) return committed;

  const salts = header.subarray(16, 24);
  let pending: [number, number][] = [];
  for (let at = headerBytes; ; at += frameHeaderBytes + pageSize) {
    const frame = file.read(at, frameHeaderBytes + pageSize);
    if (!frame?.subarray(8, 16).equals(salts)) return committed;
    checksum.add(frame.subarray(0, 8));
    checksum.add(frame.subarray(frameHeaderBytes));
    if (!checksum.is(frame, 16)) return committed;
    pending.push([frame.readUInt32BE(0), at + frameHeaderBytes]);
    // The frame that ends a transaction tells the size of the database after it.
    if (frame.readUInt32BE(4) === 0) continue;
    for (const [page, place] of pending) committed.set(page, place);
    pending = [];
  }
}

class Checksum {
  readonly #bigEndian: boolean;
  #first = 0;
  #second = 0;

  constructor(bigEndian: boolean) {
    this.#bigEndian = bigEndian;
  }

  add(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += 8) {
      this.#first = (this.#first + this.#word(bytes, at) + this.#second) >>> 0;
      this.#second = (this.#second + this.#word(bytes, at + 4) + this.#first) >>> 0;
    }
  }

  /** Whether a place in a header holds this checksum. */
  is(header: Buffer, at: number): boolean {
    return header.readUInt32BE(at) === this.#first && header.readUInt32BE(at + 4) === this.#second;
  }

  #word(bytes: Buffer, at: number): number {
    return this.#bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
  }
}
