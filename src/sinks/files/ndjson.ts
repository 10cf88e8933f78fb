import type { ExportColumn } from './columns.ts';
import type { Encoder } from './encoder.ts';

const charactersAtOnce = 262_144;

/** One JSON object a line, every column in it. Columns of JSON are text in it too. */
export function ndjsonEncoder(columns: readonly ExportColumn[]): Encoder {
  const keys = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  let text = '';
  const flush = (): Uint8Array<ArrayBuffer> => {
    const bytes = new TextEncoder().encode(text);
    text = '';
    return bytes;
  };
  return {
    add(row) {
      const members = row.map((value, index) => `${keys[index] ?? ''}${JSON.stringify(value)}`);
      text += `{${members.join(',')}}\n`;
      return text.length < charactersAtOnce ? null : flush();
    },
    end: flush,
  };
}
