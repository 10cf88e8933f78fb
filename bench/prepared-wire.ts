import { constants, gzipSync } from 'node:zlib';

/** A body without its `generated_time`, which it is given when it is asked for. */
export interface PreparedBody {
  /** Up to the time, JSON. */
  readonly head: Buffer;
  /** From behind the time on, a whole member of a gzip file. */
  readonly tail: Buffer;
  /** Of the whole, decompressed. */
  readonly bytes: number;
}

const mark = '"generated_time":"';

/** Compresses a body as a server does, all but its first bytes. */
export function prepared(text: string): PreparedBody {
  const from = text.indexOf(mark) + mark.length;
  const to = text.indexOf('"', from);
  if (from < mark.length || to < 0) throw new Error('The simulator served a body without generated_time.');
  return {
    head: Buffer.from(text.slice(0, from)),
    tail: gzipSync(text.slice(to), { level: 6 }),
    bytes: Buffer.byteLength(text),
  };
}

/** The body with a time: two members of gzip, which a reader takes as one. Compressing the first costs nothing. */
export function zipped({ head, tail }: PreparedBody, time: string): Buffer {
  const first = gzipSync(Buffer.concat([head, Buffer.from(time)]), {
    level: constants.Z_NO_COMPRESSION,
    memLevel: 1,
    windowBits: 9,
  });
  return Buffer.concat([first, tail]);
}
