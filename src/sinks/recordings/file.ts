import { appendFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { Frame } from './frame.ts';

const pack = promisify(zstdCompress);
const unpack = promisify(zstdDecompress);
const packing = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
/** Most responses come out in one piece: pieces of the usual 16 KB cost more than all the rest. */
const unpacking = { chunkSize: 256 * 1024 };

/**
 * One recording: a zstd frame that grows by a line a response, each of which is on disk soon after. Consecutive
 * responses of a race are nearly the same: what a line adds is little more than what differs from the one before.
 * Between two lines it holds the last one, compressed, and no file descriptor.
 */
export class RecordingFile {
  readonly path: string;
  readonly #frame = new Frame();
  #last: Uint8Array | null = null;

  constructor(path: string) {
    this.path = path;
  }

  /** Bytes of memory that it holds. */
  get held(): number {
    return this.#last?.length ?? 0;
  }

  /**
   * Appends a line; not before the one before it is done.
   * @throws Error of the file system; nothing more can be put to it then
   */
  async write(line: string): Promise<void> {
    const before = this.#last && (await unpack(this.#last, unpacking));
    const { bytes, content } = await this.#frame.add(Buffer.from(line), before);
    // In one piece: what a killed process had written is readable up to here.
    await appendFile(this.path, bytes, { mode: 0o600 });
    // Memory of its own: what zlib gives, and many a Buffer, is a slice of a larger piece that would stay.
    this.#last = new Uint8Array(await pack(content, packing));
  }

  /** @throws Error of the file system */
  async end(): Promise<void> {
    await appendFile(this.path, this.#frame.end(), { mode: 0o600 });
  }
}
