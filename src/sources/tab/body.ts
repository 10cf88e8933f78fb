import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import type { IncomingHttpHeaders } from 'undici/types/header.js';
import { contentEncoding, decompress, decompressStart } from './encoding.ts';
import { codeOf } from './faults.ts';
import { decodeEvent } from './last-starts.ts';
import { limits } from './limits.ts';

const bodyLimit = limits.bodyBytes;

/**
 * Bytes beyond which reading is given up. Far more than is kept, so that what is kept never reaches to where a body was
 * given up: half a credential can stand there, in any spelling.
 */
const receivedLimit = 2 * bodyLimit;
const limitText = `${limits.bodyBytes / 1024 / 1024} MB`;

/** A body that cannot be used. The message goes on the sentence "a body that …". */
export class BodyError extends Error {
  /** What could be had of it, decompressed as far as possible; not all of a very large one. */
  readonly body: Buffer;

  constructor(message: string, body: Buffer) {
    super(message);
    this.name = 'BodyError';
    this.body = body;
  }
}

export interface JsonBody {
  /** Decompressed. */
  readonly body: Buffer;
  readonly json: unknown;
}

/**
 * A response's body without its compression.
 * @param keep bytes that a BodyError holds at the most
 * @throws BodyError when it is too large or badly compressed; the stream's error when that fails
 */
export async function readBody(
  stream: Readable,
  headers: IncomingHttpHeaders,
  keep: number,
): Promise<Buffer> {
  return unpacked(await collect(stream), headers, keep);
}

/**
 * The JSON of a body; past starts of an event's runners are parsed when they are read.
 * @throws BodyError when it is none
 */
export function parseBody(body: Buffer, headers: IncomingHttpHeaders, keep: number): JsonBody {
  const fail = (reason: string): never => {
    throw new BodyError(reason, body.subarray(0, keep));
  };
  if (!isUtf8(body)) fail('is not UTF-8');
  if (body.length > limits.countedBytes && hasTooMany(body)) {
    fail(`has more than ${limits.members} keys, objects and lists`);
  }
  try {
    return { body, json: decodeEvent(body) };
  } catch {
    return fail(`is not JSON (${body.length} bytes, content type ${contentType(headers)})`);
  }
}

const [quote, backslash, colon, brace, bracket] = Buffer.from('"\\:{[');

/** Whether there is more to parse than is taken; counted on the bytes, since parsing is what would take too long. */
function hasTooMany(body: Buffer): boolean {
  let members = 0;
  let isInText = false;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (byte === quote) isInText = !isInText;
    else if (isInText && byte === backslash) at++;
    else if (!isInText && (byte === colon || byte === brace || byte === bracket)) members++;
  }
  return members > limits.members;
}

/** Only a type that everybody knows is told: the header could echo anything. */
function contentType(headers: IncomingHttpHeaders): string {
  const type = String(headers['content-type'] ?? 'unknown').split(';', 1)[0] ?? '';
  return /^(unknown|text\/(html|plain|xml|csv)|application\/(json|xml|octet-stream))$/.test(type)
    ? type
    : 'other';
}

/** Returns the bytes of a body, up to the first chunk beyond {@link receivedLimit}: there the connection is given up. */
async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > receivedLimit) break;
  }
  return Buffer.concat(chunks, size);
}

async function unpacked(received: Buffer, headers: IncomingHttpHeaders, keep: number): Promise<Buffer> {
  const encoding = contentEncoding(headers['content-encoding']);
  if (encoding === null) {
    throw new BodyError('has a compression that was not asked for', received.subarray(0, keep));
  }
  const failing = async (reason: string): Promise<never> => {
    throw new BodyError(reason, await decompressStart(received, encoding, keep));
  };
  if (received.length > bodyLimit) return failing(`is larger than ${limitText}`);
  try {
    return await decompress(received, encoding, bodyLimit);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ERR_BUFFER_TOO_LARGE') return failing(`is larger than ${limitText} when decompressed`);
    if (code === 'Z_BUF_ERROR') return failing(`ends early: its ${encoding} is cut off`);
    return failing(`is not valid ${encoding} (${code})`);
  }
}
