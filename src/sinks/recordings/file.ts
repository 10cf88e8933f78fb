import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import type { ZstdCompress } from 'node:zlib';

/**
 * Consecutive responses of a race are nearly the same: a window that reaches over several of them makes of each
 * little more than what differs. A wrong byte is told by the checksum when it is read.
 */
const params = {
  [constants.ZSTD_c_compressionLevel]: 9,
  [constants.ZSTD_c_windowLog]: 22,
  [constants.ZSTD_c_checksumFlag]: 1,
};

/** One recording: a zstd stream that grows by a line a response, each of which is on disk soon after. */
export class RecordingFile {
  readonly #compress: ZstdCompress;
  readonly #done: Promise<void>;

  /** @param failed told once when it cannot be written */
  constructor(path: string, failed: (reason: string) => void) {
    this.#compress = createZstdCompress({ params });
    const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
    this.#done = finished(this.#compress.pipe(file)).catch((error: unknown) => {
      this.#compress.destroy();
      failed(`${path}: ${error instanceof Error ? error.message : 'it cannot be written'}`);
    });
  }

  write(line: string): void {
    this.#compress.write(line);
    // What a killed process had written is then readable up to here.
    this.#compress.flush();
  }

  /** Resolves when everything is on disk, or failed. */
  async end(): Promise<void> {
    this.#compress.end();
    await this.#done;
  }
}
