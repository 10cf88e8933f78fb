import { chmod, mkdir, mkdtemp, open, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRecording } from '../../src/sources/recording/read.ts';
import type { RecordedLine, RecordedResponse } from '../../src/sources/recording/read.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oddstream-recording-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(name: string, content: Buffer | string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

async function read(file: string): Promise<RecordedLine[]> {
  const lines: RecordedLine[] = [];
  for await (const line of readRecording(file)) lines.push(line);
  return lines;
}

function responses(lines: readonly RecordedLine[]): RecordedResponse[] {
  return lines.filter((line): line is RecordedResponse => !('problem' in line));
}

function problems(lines: readonly RecordedLine[]): string[] {
  return lines.flatMap((line) => ('problem' in line ? [line.problem] : []));
}

function record(body: unknown, changes: object = {}): string {
  const url = '/affiliates/v1/racing/events/r1';
  return JSON.stringify({ receivedAt: '2026-02-28T03:10:00.123456789Z', url, status: 200, body, ...changes });
}

/** Text that compresses badly, so that a file has many blocks. */
function noise(length: number): string {
  return Array.from({ length: length / 10 }, () => Math.random().toString(36).slice(2, 12).padEnd(10)).join(
    '',
  );
}

describe('a line', () => {
  it('is a response', async () => {
    const file = await fileOf('one.jsonl', `${record({ odds: 2.5 })}\n`);
    expect(await read(file)).toEqual([
      {
        line: 1,
        receivedAt: Date.UTC(2026, 1, 28, 3, 10, 0, 123),
        startedAt: null,
        url: '/affiliates/v1/racing/events/r1',
        status: 200,
        body: { odds: 2.5 },
      },
    ]);
  });

  it('may tell when the request started', async () => {
    const file = await fileOf('started.jsonl', record(null, { startedAt: '2026-02-28T16:09:59.5+13:00' }));
    expect(await read(file)).toMatchObject([{ startedAt: Date.UTC(2026, 1, 28, 3, 9, 59, 500), body: null }]);
  });

  it.each([
    ['no JSON', '{"receivedAt":', 'is not a JSON object'],
    ['no object', '[]', 'is not a JSON object'],
    ['null', 'null', 'is not a JSON object'],
    ['no time', record(1, { receivedAt: undefined }), 'has no time as "receivedAt"'],
    ['a time of another form', record(1, { receivedAt: '28 February 2026' }), 'has no time as "receivedAt"'],
    ['a time that is none', record(1, { receivedAt: '2026-13-01T00:00:00Z' }), 'has no time as "receivedAt"'],
    ['a bad start', record(1, { startedAt: 17 }), 'has no time as "startedAt"'],
    ['no url', record(1, { url: '' }), 'has no "url"'],
    ['no status', record(1, { status: '200' }), 'has no HTTP status as "status"'],
    ['a status that is none', record(1, { status: 20 }), 'has no HTTP status as "status"'],
    ['no body', record(undefined), 'has no "body"'],
  ])('with %s is a problem, and the others stand', async (_, line, problem) => {
    const file = await fileOf('problem.jsonl', `${record(1)}\n${line}\n${record(3)}\n`);
    expect(await read(file)).toMatchObject([
      { line: 1, body: 1 },
      { line: 2, problem: `line 2 of ${file} ${problem}.` },
      { line: 3, body: 3 },
    ]);
  });

  it('that is not UTF-8 is a problem', async () => {
    const file = await fileOf('latin.jsonl', Buffer.from(record('M\xe4rz'), 'latin1'));
    expect(problems(await read(file))).toEqual([`line 1 of ${file} is not UTF-8.`]);
  });

  it('may end in CRLF or, as the last, in nothing, and may be empty', async () => {
    const file = await fileOf('crlf.jsonl', `\uFEFF${record(1)}\r\n\r\n\n${record(4)}\r\n${record(5)}`);
    expect((await read(file)).map((line) => [line.line, 'body' in line && line.body])).toEqual([
      [1, 1],
      [4, 4],
      [5, 5],
    ]);
  });

  it('that the file ends in is a problem when it is not whole', async () => {
    const file = await fileOf('torn.jsonl', `${record(1)}\n${record(2).slice(0, -1)}`);
    expect(await read(file)).toMatchObject([
      { line: 1 },
      { line: 2, problem: expect.stringContaining('line 2') as string },
    ]);
  });

  it('may have ten megabytes, and characters across the borders of chunks', async () => {
    const body = 'ā€𝄞'.repeat(1_100_000);
    const file = await fileOf(
      'long.jsonl.gz',
      gzipSync(`${record(body)}\r\n${record('next')}\n`, { level: 1 }),
    );
    const [long, next] = responses(await read(file));
    expect(long?.body === body).toBe(true);
    expect(next).toMatchObject({ line: 2, body: 'next' });
  });

  it('of more than 64 MB is a problem, and is not kept', async () => {
    const file = await fileOf('endless.jsonl', `${record(1)}\n`);
    const handle = await open(file, 'a');
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    for (let written = 0; written <= 64; written += 1) await handle.write(megabyte);
    await handle.write(`\n${record(3)}\n`);
    await handle.close();
    expect(await read(file)).toMatchObject([
      { line: 1 },
      { line: 2, problem: `line 2 of ${file} is longer than 64 MB.` },
      { line: 3, body: 3 },
    ]);
  });
});

describe.each([
  ['.gz', gzipSync],
  ['.zst', zstdCompressSync],
] as const)('a file %s', (ending, compress) => {
  const lines = Array.from({ length: 20 }, (_, index) => record(`${index} ${noise(20_000)}`));
  const text = lines.map((line) => `${line}\n`).join('');
  const whole = compress(text);
  const name = (stem: string): string => `${stem}.jsonl${ending}`;

  it('is read as what it holds', async () => {
    const read1 = await read(await fileOf(name('whole').toUpperCase(), whole));
    expect(read1.map(({ line }) => line)).toEqual(lines.map((_, index) => index + 1));
    expect(responses(read1).map(({ body }) => record(body))).toEqual(lines);
  });

  it('that consists of several compressed parts is read to its end', async () => {
    const parts = [
      compress(lines.slice(0, 7).join('\n')),
      compress(`\n${lines[7] ?? ''}\n`),
      compress(''),
      whole,
    ];
    const all = await read(await fileOf(name('parts'), Buffer.concat(parts)));
    expect(problems(all)).toEqual([]);
    expect(all.at(-1)?.line).toBe(28);
    expect(responses(all).map(({ body }) => record(body))).toEqual([...lines.slice(0, 8), ...lines]);
  });

  it('that ends early gives what can be read and says so once', async () => {
    for (const size of [
      0,
      1,
      3,
      7,
      12,
      1000,
      0.3,
      0.7,
      whole.length - 9,
      whole.length - 4,
      whole.length - 1,
    ]) {
      const cut = whole.subarray(0, size > 0 && size < 1 ? Math.floor(whole.length * size) : size);
      const file = await fileOf(name('cut'), cut);
      const all = await read(file);
      const readable = ending === '.gz' ? inflatable(cut).split('\n').length - 1 : null;
      const got = responses(all).map(({ body }) => record(body));
      expect(got).toEqual(lines.slice(0, readable ?? got.length));
      // zstd decompresses by blocks of at most 128 KB, which are a few lines here.
      expect(got.length).toBeGreaterThanOrEqual(Math.floor((cut.length / whole.length) * lines.length) - 8);
      expect(problems(all)).toHaveLength(1);
      expect(all.at(-1)).toMatchObject({
        line: got.length + 1,
        problem: expect.stringContaining(`${file} ends early`) as string,
      });
    }
  });

  it('that ends early in a later part keeps the parts before it', async () => {
    for (const size of [1, 4, 6, 11, 1000]) {
      const all = await read(await fileOf(name('part-cut'), Buffer.concat([whole, whole.subarray(0, size)])));
      expect(responses(all).map(({ body }) => record(body))).toEqual(lines);
      expect(problems(all)).toHaveLength(1);
    }
  });

  it('that is damaged gives what stands before', async () => {
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, Math.floor(whole.length * 0.8));
    const all = await read(await fileOf(name('damaged'), damaged));
    expect(
      responses(all)
        .slice(0, 8)
        .map(({ body }) => record(body)),
    ).toEqual(lines.slice(0, 8));
    // Damaged bytes may stand for a text without an end.
    expect(problems(all).at(-1)).toMatch(/is damaged, or not what its ending says \(\w+\)|ends early/);
  });

  it('with other bytes after its end gives them as a problem', async () => {
    const all = await read(await fileOf(name('more'), Buffer.concat([whole, Buffer.from('something else')])));
    expect(responses(all).length).toBeGreaterThanOrEqual(lines.length - 1);
    expect(problems(all)).toHaveLength(1);
  });

  it('that is not compressed is a problem', async () => {
    const file = await fileOf(name('plain'), text);
    expect(problems(await read(file))).toEqual([
      expect.stringMatching(
        /is damaged, or not what its ending says \(\w+\): nothing of it could be read\.$/,
      ),
    ]);
  });
});

describe('a file .zst', () => {
  const text = `${record(1)}\n${record(2)}\n`;

  it('is read with every form of frame header', async () => {
    const long = `${record(noise(300_000))}\n`;
    const frames = [
      ...[text, long, `${record(noise(1000))}\n`].map((part) => zstdCompressSync(part)),
      zstdCompressSync(long, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
      zstdCompressSync(text, { params: { [constants.ZSTD_c_contentSizeFlag]: 0 } }),
      zstdCompressSync(text, {
        params: { [constants.ZSTD_c_windowLog]: 22, [constants.ZSTD_c_compressionLevel]: 9 },
      }),
      // A run of one character has blocks that are a single byte.
      zstdCompressSync(`${record('x'.repeat(1_000_000))}\n`),
    ];
    const skippable = Buffer.concat([Buffer.from('5f2a4d1805000000', 'hex'), Buffer.from('other')]);
    const file = await fileOf(
      'frames.jsonl.zst',
      Buffer.concat([skippable, ...frames, skippable, ...frames]),
    );
    const all = await read(file);
    expect(problems(all)).toEqual([]);
    expect(all).toHaveLength(20);
  });

  it('with a wrong checksum is a problem', async () => {
    const frame = zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
    frame[frame.length - 1] = (frame.at(-1) ?? 0) ^ 1;
    expect(problems(await read(await fileOf('checksum.jsonl.zst', frame)))).toHaveLength(1);
  });
});

describe('reading', () => {
  it.each([
    ['missing.jsonl', 'does not exist: check its name.'],
    ['folder.jsonl', 'is a directory: name the recordings in it one by one.'],
    ['notes.txt', 'is no recording by its name: it should end in .jsonl, .jsonl.gz or .jsonl.zst.'],
    ['events.gz', 'is no recording by its name: it should end in .jsonl, .jsonl.gz or .jsonl.zst.'],
  ])('%s fails with one sentence', async (name, sentence) => {
    await mkdir(join(folder, 'folder.jsonl'), { recursive: true });
    const file = join(folder, name);
    await expect(read(file)).rejects.toMatchObject({
      name: 'UnreadableError',
      message: `${file} ${sentence}`,
    });
  });

  it.skipIf(process.getuid?.() === 0)('a file without permission fails with one sentence', async () => {
    const file = await fileOf('private.jsonl', record(1));
    await chmod(file, 0);
    await expect(read(file)).rejects.toThrow(`${file} cannot be read (EACCES): check its permissions.`);
  });

  it.skipIf(!existsSync('/proc/self/mem'))(
    'a file that fails under way fails with one sentence',
    async () => {
      const file = join(folder, 'broken.jsonl.gz');
      await symlink('/proc/self/mem', file);
      await expect(read(file)).rejects.toThrow(`${file} cannot be read (EIO): check the file and its disk.`);
    },
  );

  it.skipIf(!existsSync('/proc/self/fd')).each(['', '.gz', '.zst'])(
    'closes a file %s that is left half-way',
    async (ending) => {
      const text = Array.from({ length: 5 }, () => `${record(noise(300_000))}\n`).join('');
      const bytes =
        { '': Buffer.from(text), '.gz': gzipSync(text), '.zst': zstdCompressSync(text) }[ending] ?? '';
      const file = await fileOf(`left.jsonl${ending}`, bytes);
      const before = readdirSync('/proc/self/fd').length;
      for (let round = 0; round < 5; round += 1) {
        for await (const line of readRecording(file)) {
          expect(line.line).toBe(1);
          break;
        }
      }
      await expect.poll(() => readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
    },
  );
});

/** What zlib itself can make of the start of a gzip file. */
function inflatable(start: Buffer): string {
  return start.length === 0 ? '' : gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
}
