import { describe, expect, it } from 'vitest';
import type { ExportColumn, ExportRow } from '../../src/sinks/files/columns.ts';
import { csvEncoder } from '../../src/sinks/files/csv.ts';
import type { Encoder } from '../../src/sinks/files/encoder.ts';
import { ndjsonEncoder } from '../../src/sinks/files/ndjson.ts';
import { parquetEncoder } from '../../src/sinks/files/parquet.ts';

const column = (name: string, type: ExportColumn['type'], nullable = true): ExportColumn => ({
  name,
  type,
  nullable,
});

const columns = [column('seq', 'integer', false), column('text', 'text'), column('flag', 'boolean')];

function written(encoder: Encoder, rows: readonly ExportRow[]): string {
  const parts = [...rows.map((row) => encoder.add(row)), encoder.end()];
  return parts.map((part) => (part === null ? '' : Buffer.from(part).toString())).join('');
}

/** Sizes of what is given while so many rows are taken, and how often that was. */
function partsOf(encoder: Encoder, rows: number, row: (index: number) => ExportRow): number[] {
  const sizes: number[] = [];
  for (let index = 0; index < rows; index++) {
    const part = encoder.add(row(index));
    if (part !== null) sizes.push(part.byteLength);
  }
  return sizes;
}

describe('CSV', () => {
  it('has a header, and lines that end with CR LF', () => {
    expect(written(csvEncoder(columns), [[1, 'a', true]])).toBe('seq,text,flag\r\n1,a,true\r\n');
  });

  it('has the header alone when there are no rows', () => {
    expect(written(csvEncoder(columns), [])).toBe('seq,text,flag\r\n');
  });

  it.each([
    ['null as nothing', null, ''],
    ['empty text as quotes', '', '""'],
    ['a space as it is', ' ', ' '],
    ['commas quoted', 'a,b', '"a,b"'],
    ['quotes doubled', 'a "b"', '"a ""b"""'],
    ['line feeds quoted', 'a\nb', '"a\nb"'],
    ['carriage returns quoted', 'a\rb', '"a\rb"'],
    ['what looks like null as it is', 'NULL', 'NULL'],
    ['what looks like a formula as it is', '=1+1', '=1+1'],
    ['other alphabets as they are', 'Ōtaki 🐎', 'Ōtaki 🐎'],
  ])('writes %s', (_what, text, field) => {
    expect(written(csvEncoder(columns), [[1, text, false]])).toBe(`seq,text,flag\r\n1,${field},false\r\n`);
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+2m Entire', "'+2m Entire"],
    ['-', "'-"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['2 - 1', '2 - 1'],
    ["'=1", "'=1"],
  ])('that is safe marks %j as a text where a spreadsheet would take it for a formula', (text, field) => {
    expect(written(csvEncoder(columns, true), [[-1, text, false]])).toBe(
      `seq,text,flag\r\n-1,${field},false\r\n`,
    );
  });

  it('writes numbers as JavaScript does', () => {
    const numbers = [column('a', 'real'), column('b', 'real'), column('c', 'integer')];
    const row = [0.1 + 0.2, 1e21, Number.MAX_SAFE_INTEGER];
    expect(written(csvEncoder(numbers), [row])).toBe(
      'a,b,c\r\n0.30000000000000004,1e+21,9007199254740991\r\n',
    );
  });
});

describe('NDJSON', () => {
  it('has one object a line, nulls included', () => {
    const text = written(ndjsonEncoder(columns), [
      [1, 'a\n"b"', true],
      [2, null, null],
    ]);
    expect(text).toBe('{"seq":1,"text":"a\\n\\"b\\"","flag":true}\n{"seq":2,"text":null,"flag":null}\n');
  });

  it('is empty without rows', () => {
    expect(written(ndjsonEncoder(columns), [])).toBe('');
  });
});

describe('what an encoder gathers', () => {
  const short = (index: number): ExportRow => [index, 'short', true];
  const long = 'x'.repeat(1_000_000);

  it.each([
    ['csv', csvEncoder, 3],
    ['ndjson', ndjsonEncoder, 0],
  ] as const)('is bounded by rows: %s', (_name, encoder, least) => {
    expect(partsOf(encoder(columns), 3_500, short).length).toBeGreaterThanOrEqual(least);
  });

  it.each([
    ['csv', csvEncoder, 2],
    ['ndjson', ndjsonEncoder, 1],
    ['parquet', parquetEncoder, 17],
  ] as const)('is bounded by characters: %s', (_name, encoder, rows) => {
    const sizes = partsOf(encoder(columns), rows, (index) => [index, long, null]);
    expect(sizes).toHaveLength(1);
  });

  it('is a row group of 50,000 in Parquet', () => {
    expect(partsOf(parquetEncoder(columns), 49_999, short)).toHaveLength(0);
    expect(partsOf(parquetEncoder(columns), 100_000, short)).toHaveLength(2);
  });
});

describe('Parquet', () => {
  it('refuses a time that is none', () => {
    const encoder = parquetEncoder([column('at', 'time')]);
    expect(() => encoder.add(['soon'])).toThrow('a value of at is no time: soon');
  });
});
