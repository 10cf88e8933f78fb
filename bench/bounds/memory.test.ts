import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExportFormat } from '../../src/sinks/files/format.ts';
import { readRecording } from '../../src/sources/recording/read.ts';
import { makeLargeJournal } from '../../test/support/large-journal.ts';
import { root, temporaryDirectory } from '../../test/support/process.ts';
import { expectBelow } from './bounded.ts';

const directory = temporaryDirectory();
const file = (name: string): string => join(directory.path, name);
const few = 20_000;
const many = 200_000;

beforeAll(() => {
  for (const rows of [few, many]) makeLargeJournal(file(`${rows}.db`), rows);
});

afterAll(() => {
  directory.remove();
});

/** Peak resident set of the real command, in megabytes. */
async function peakOf(format: ExportFormat, rows: number): Promise<number> {
  const told = 'process.on("exit", () => console.error("peak", process.resourceUsage().maxRSS))';
  const args = [
    '--db',
    file(`${rows}.db`),
    '--format',
    format,
    '--table',
    'odds_history',
    file(`${rows}.${format}`),
  ];
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${told}`, join(root, 'bin/oddstream.js'), 'export', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(JSON.parse(out)).toMatchObject({ event: 'export.finished', rows });
  return Number(/peak (\d+)/.exec(errors)?.[1]) / 1024;
}

describe('an export', () => {
  it.each(['csv', 'ndjson', 'parquet'] as const)(
    'of ten times as many rows needs no more memory: %s',
    async (format) => {
      const little = await peakOf(format, few);
      const much = await peakOf(format, many);
      expect(little).toBeGreaterThan(30);
      expectBelow(`memory of ${many} rows against ${few}, ${format}`, much / little, 1.5, '×');
      const size = (rows: number): number => statSync(file(`${rows}.${format}`)).size;
      expect(size(many) / size(few)).toBeGreaterThan(8);
    },
  );
});

describe('reading a recording', () => {
  it.each([
    ['.jsonl', (text: string) => text],
    // Level 1 and random text: many bytes in. A run of one character: many bytes out of few.
    ['.jsonl.gz', (text: string) => gzipSync(text, { level: 1 })],
    ['run.jsonl.gz', () => gzipSync(`${record('x'.repeat(200_000))}\n`.repeat(100))],
    [
      '.jsonl.zst',
      (text: string) => zstdCompressSync(text, { params: { [constants.ZSTD_c_windowLog]: 22 } }),
    ],
  ] as const)('holds only a part of a large file %s in memory', async (ending, compress) => {
    const text = `${record(randomBytes(150_000).toString('base64'))}\n`.repeat(100);
    const file = fileOf(`large${ending}`, compress(text));
    const held: number[] = [];
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    for await (const line of readRecording(file)) {
      expect('body' in line).toBe(true);
      if (line.line % 10 !== 0) continue;
      collectGarbage();
      held.push(process.memoryUsage().arrayBuffers - before);
    }
    expect(held).toHaveLength(10);
    expectBelow(`held of ${ending}`, Math.max(...held) / 1e6, text.length / 2e6, 'MB');
  });
});

/** One line of a recording. */
function record(body: unknown): string {
  const url = '/affiliates/v1/racing/events/r1';
  return JSON.stringify({ receivedAt: '2026-02-28T03:10:00.123456789Z', url, status: 200, body });
}

function fileOf(name: string, content: Buffer | string): string {
  writeFileSync(file(name), content);
  return file(name);
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
