import { zstdCompressSync } from 'node:zlib';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { charactersOf } from './columns.ts';
import type { ExportColumn, ExportRow, ExportValue } from './columns.ts';
import type { Encoder } from './encoder.ts';
import { ExportError } from './errors.ts';

/** A row group ends with so many rows, or with so many characters of text: rows of form are long. */
const rowsOfGroup = 50_000;
const charactersOfGroup = 16_777_216;

/** Apache Parquet: 64 bit numbers, times as instants in milliseconds, JSON as text. */
export function parquetEncoder(columns: readonly ExportColumn[]): Encoder {
  const writer = new ByteWriter();
  const file = new ParquetWriter({
    writer,
    schema: schemaOf(columns),
    createdBy: 'oddstream',
    codec: 'ZSTD',
    compressors: { ZSTD: (input) => zstdCompressSync(input) },
  });
  let group = newGroup(columns);
  const written = (): Uint8Array<ArrayBuffer> => {
    const bytes = writer.getBytes().slice();
    // The place in the buffer; the place in the file goes on.
    writer.index = 0;
    return bytes;
  };
  const writeGroup = (): void => {
    if (group.rows === 0) return;
    const columnData = columns.map(({ name, type }, index) => ({
      name,
      data: group.values[index] ?? [],
      // Least and greatest of long texts would stay in memory until the end.
      statistics: type !== 'json',
    }));
    void file.write({ columnData, rowGroupSize: group.rows });
    group = newGroup(columns);
  };
  return {
    add(row) {
      addRow(group, columns, row);
      if (group.rows < rowsOfGroup && group.characters < charactersOfGroup) return null;
      writeGroup();
      return written();
    },
    end() {
      writeGroup();
      void file.finish();
      return written();
    },
  };
}

/** The rows that are gathered, column by column. */
interface Group {
  rows: number;
  characters: number;
  readonly values: ParquetValue[][];
}

type ParquetValue = ExportValue | bigint;

function newGroup(columns: readonly ExportColumn[]): Group {
  return { rows: 0, characters: 0, values: columns.map(() => []) };
}

function addRow(group: Group, columns: readonly ExportColumn[], row: ExportRow): void {
  columns.forEach((column, index) => {
    group.values[index]?.push(parquetValue(column, row[index] ?? null));
  });
  group.characters += charactersOf(row);
  group.rows++;
}

function parquetValue({ name, type }: ExportColumn, value: ExportValue): ParquetValue {
  if (type === 'integer' && typeof value === 'number') return BigInt(value);
  if (type !== 'time' || typeof value !== 'string') return value;
  const millis = Date.parse(value);
  if (Number.isNaN(millis)) throw new ExportError(`a value of ${name} is no time: ${value}`);
  return BigInt(millis);
}

function schemaOf(columns: readonly ExportColumn[]): SchemaElement[] {
  return [{ name: 'root', num_children: columns.length }, ...columns.map(elementOf)];
}

function elementOf({ name, type, nullable }: ExportColumn): SchemaElement {
  const common = { name, repetition_type: nullable ? 'OPTIONAL' : 'REQUIRED' } as const;
  switch (type) {
    case 'integer':
      return { ...common, type: 'INT64' };
    case 'real':
      return { ...common, type: 'DOUBLE' };
    case 'boolean':
      return { ...common, type: 'BOOLEAN' };
    case 'time':
      return {
        ...common,
        type: 'INT64',
        converted_type: 'TIMESTAMP_MILLIS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
      };
    case 'text':
    case 'json':
      return { ...common, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };
  }
}
