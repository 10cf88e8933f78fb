import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import xxhash from 'xxhash-wasm';

/**
 * One zstd frame (RFC 8878) of lines that come one by one, of which nothing stays open in between: each line is
 * compressed by itself, with the line before it as a dictionary, and only its blocks are taken. To who reads the
 * frame, that line is what stands before them.
 */

const compress = promisify(zstdCompress);
const xxh = await xxhash();

const windowLog = 22;
const windowBytes = 2 ** windowLog;

/** Of what the compressor makes, the header alone differs from a part of our frame: six bytes. */
const headerBytes = 6;
const params = {
  [constants.ZSTD_c_compressionLevel]: 9,
  [constants.ZSTD_c_windowLog]: windowLog,
  [constants.ZSTD_c_contentSizeFlag]: 0,
};

/** Magic number; a checksum at the end and no size; the window. */
const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x04, (windowLog - 10) << 3]);

/** A last block without anything in it. */
const lastBlock = Buffer.from([0x01, 0, 0]);

/**
 * Two blocks with twenty spaces, made so that their last three offsets are 1, 4 and 8: a compressor begins with
 * these, and may refer to them. First eight spaces and a copy of four from eight before, then nothing and copies
 * of four from four before and from one before.
 */
const gapBlocks = Buffer.concat([
  compressedBlock([0x41, 0x20], [0x01, 0x54, 0x08, 0x03, 0x01, 0b1_011]),
  compressedBlock([0x00], [0x02, 0x54, 0x00, 0x02, 0x01, 0b1_11_00]),
]);

/** What {@link gapBlocks} hold. JSON takes spaces before a value. */
const gap = Buffer.alloc(20, ' ');

/** @param sequences count of them, modes (all run-length), codes of literals' length, offset and match, and extra bits */
function compressedBlock(literals: readonly number[], sequences: readonly number[]): Buffer {
  const content = [...literals, ...sequences];
  return Buffer.from([(content.length << 3) | (2 << 1), 0, 0, ...content]);
}

/** A frame that grows by a line; not the next before the one before it is made. */
export class Frame {
  readonly #hash = xxh.create64();
  #begun = false;

  /**
   * @param before what {@link add} gave for the line before; null at the beginning
   * @returns bytes to put to the frame, and what the next line is given
   */
  async add(line: Buffer, before: Buffer | null): Promise<{ bytes: Buffer; content: Buffer }> {
    const content = this.#begun ? Buffer.concat([gap, line]) : line;
    // A compressor sees all of a dictionary from everywhere, a reader only as far as the window reaches.
    const near = before !== null && before.length + content.length <= windowBytes;
    const made = await compress(line, {
      params,
      pledgedSrcSize: line.length,
      finishFlush: constants.ZSTD_e_flush,
      ...(near ? { dictionary: Buffer.concat([before, gap]) } : {}),
    });
    const start = this.#begun ? gapBlocks : header;
    this.#hash.update(content);
    this.#begun = true;
    return { bytes: Buffer.concat([start, made.subarray(headerBytes)]), content };
  }

  /** The bytes that end it. */
  end(): Buffer {
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32LE(Number(this.#hash.digest() & 0xffffffffn));
    return this.#begun ? Buffer.concat([lastBlock, checksum]) : Buffer.alloc(0);
  }
}
