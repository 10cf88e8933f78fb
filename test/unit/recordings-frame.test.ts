import { randomBytes } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Frame } from '../../src/sinks/recordings/frame.ts';
import { hold } from '../support/properties.ts';

/** The file that some lines make. */
async function framed(lines: readonly string[]): Promise<Buffer> {
  const frame = new Frame();
  const parts: Buffer[] = [];
  let before: Buffer | null = null;
  for (const line of lines) {
    const { bytes, content } = await frame.add(Buffer.from(line), before);
    parts.push(bytes);
    before = content;
  }
  return Buffer.concat([...parts, frame.end()]);
}

/** What a decompressor that knows nothing of how it was made reads, without the spaces between two lines. */
function read(file: Buffer): string {
  return zstdDecompressSync(file)
    .toString()
    .replaceAll(/^ {20}/gm, '');
}

/** A text that shares much with others, repeats itself at short distances, or is noise. */
const piece = fc.oneof(
  fc.constantFrom('ab', '{"entrant":', '0000', 'x', '{}'.repeat(900), '"odds":2.5,"odds":2.5,'),
  fc.stringMatching(/^[ -~]{0,40}$/),
  fc.integer({ min: 1, max: 3_000 }).map((size) => randomBytes(size).toString('latin1')),
);
const line = fc.array(piece, { maxLength: 12 }).map((pieces) => `${pieces.join('').replaceAll(/\s/g, '')}\n`);

/** Lines of which each is the one before it with something put in. */
const changing = fc
  .tuple(line, fc.array(fc.tuple(piece, fc.nat()), { maxLength: 8 }))
  .map(([first, edits]) => {
    const lines = [first];
    for (const [text, where] of edits) {
      const last = lines.at(-1) ?? '';
      const at = where % last.length;
      lines.push(last.slice(0, at) + text.replaceAll(/\s/g, '') + last.slice(at));
    }
    return lines;
  });

describe('a frame that grows by lines', () => {
  it('is read as one stream, whatever stands in the lines', async () => {
    await hold(
      fc.asyncProperty(fc.oneof(fc.array(line, { minLength: 1, maxLength: 9 }), changing), async (lines) => {
        expect(read(await framed(lines))).toBe(lines.join(''));
      }),
      400,
    );
  });

  it('adds little for a line that says the same in another order', async () => {
    const parts = Array.from({ length: 200 }, () => randomBytes(64).toString('hex'));
    const lines = [parts, parts.toReversed(), parts].map((order) => `${order.join()}\n`);
    const file = await framed(lines);
    expect(read(file)).toBe(lines.join(''));
    expect(file.length).toBeLessThan(200 * 64 + 3_000);
  });

  it('takes lines that are longer than its window reaches', async () => {
    const noise = (bytes: number) => `${randomBytes(bytes).toString('base64')}\n`;
    const long = noise(4_000_000);
    const lines = [noise(10), long, long, noise(1_500_000), noise(10)];
    expect(read(await framed(lines))).toBe(lines.join(''));
  });

  it('tells by its checksum that a byte of it is another', async () => {
    const file = await framed(['{"odds":2.5}\n', '{"odds":2.6}\n']);
    const at = file.indexOf('2.5');
    file.write('2.4', at);
    expect(() => zstdDecompressSync(file)).toThrow(/checksum|corrupt/i);
  });
});
