import { createGunzip } from 'node:zlib';
import { decode as unpacked } from './decoder.ts';
import { splitLines } from './lines.ts';
import type { Line } from './lines.ts';
import { openRecording, UnreadableError } from './open.ts';
import { parseRecord } from './record.ts';
import type { Decode, RecordedResponse } from './record.ts';
import { unzstd } from './zstd.ts';

/** A line, or the place in a file from which on nothing could be read. */
interface RecordedProblem {
  /** Line of the file, from 1. */
  readonly line: number;
  /** One sentence that names the file and the line. */
  readonly problem: string;
}

export type { RecordedResponse };

export type RecordedLine = RecordedResponse | RecordedProblem;

type Unpack = (chunks: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;

/** How each kind of file becomes lines. */
const kinds: readonly { readonly ending: string; readonly unpack: Unpack }[] = [
  { ending: '.jsonl', unpack: (chunks) => chunks },
  { ending: '.jsonl.gz', unpack: (chunks) => unpacked(createGunzip(), chunks) },
  { ending: '.jsonl.zst', unpack: unzstd },
];

/** Bytes of the longest line that is read: a hundred and fifty times the largest response seen. */
const longestLine = 64 * 1024 * 1024;

/**
 * The responses of a recording (`.jsonl`, `.jsonl.gz`, `.jsonl.zst`), in its order and as they are read: only a
 * line at a time is in memory. A line that holds no response is told as a problem, and so is a file that
 * is damaged or cut off, after everything that could be read of it. Empty lines are passed over.
 *
 * @param decode how the JSON of a line becomes values; JSON.parse unless told
 * @throws UnreadableError when the file cannot be opened or read, or has another ending
 */
export async function* readRecording(file: string, decode: Decode = parsed): AsyncGenerator<RecordedLine> {
  const kind = kinds.find(({ ending }) => file.toLowerCase().endsWith(ending));
  if (kind === undefined) {
    throw new UnreadableError(
      `${file} is no recording by its name: it should end in .jsonl, .jsonl.gz or .jsonl.zst.`,
    );
  }
  const chunks = await openRecording(file);
  let next = 1;
  let unended: RecordedProblem | null = null;
  try {
    for await (const line of splitLines(kind.unpack(chunks), longestLine)) {
      const read = readLine(file, line, decode);
      if (read !== null && 'problem' in read && !line.ended) unended = read;
      else if (read !== null) yield read;
      if (unended === null) next = line.number + 1;
    }
  } catch (error) {
    if (!isOfZlib(error)) throw error;
    // The line in which a file breaks off is incomplete because of that: one problem, not two.
    unended = { line: next, problem: breakage(file, next, error) };
  } finally {
    await chunks.return(undefined);
  }
  if (unended !== null) yield unended;
}

function parsed(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString('utf8'));
}

function readLine(file: string, { number, bytes }: Line, decode: Decode): RecordedLine | null {
  const problem = (what: string): RecordedProblem => ({
    line: number,
    problem: `line ${number} of ${file} ${what}.`,
  });
  if (bytes === null) return problem('is longer than 64 MB');
  const content = number === 1 ? withoutMark(bytes) : bytes;
  if (content.length === 0) return null;
  const record = parseRecord(number, content, decode);
  return typeof record === 'string' ? problem(record) : record;
}

/** Some editors put a byte order mark before the first line. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(Buffer.of(0xef, 0xbb, 0xbf)) ? bytes.subarray(3) : bytes;
}

function isOfZlib(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && /^(Z_|ZSTD_|ERR_)/.test(String(error.code));
}

function breakage(file: string, line: number, { code }: { code: string }): string {
  const what = code === 'Z_BUF_ERROR' ? 'ends early' : `is damaged, or not what its ending says (${code})`;
  const read =
    line === 1 ? 'nothing of it could be read' : `only what stands before its line ${line} could be read`;
  return `${file} ${what}: ${read}.`;
}
