import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { appwriteTable, deliveryOrder } from '../../src/sinks/appwrite/appwrite-tables.ts';

const text = readFileSync(new URL('../../docs/appwrite.md', import.meta.url), 'utf8');

/** Columns of a section, with their types. */
function described(title: string): string[] {
  const section = text.split(`\n### ${title}\n`)[1]?.split('\n### ')[0] ?? '';
  return [...section.matchAll(/^\| `(\w+)` +\| ([a-z]+(?: \d+)?) +\|/gm)].map(
    ([, key, type]) => `${key} ${type}`,
  );
}

describe('docs/appwrite.md', () => {
  it.each(deliveryOrder.map(appwriteTable))(
    'describes every column of $id, and no other',
    ({ id, name, columns }) => {
      const expected = columns.map(({ key, type, size }) =>
        [key, type, size].filter((part) => part !== null).join(' '),
      );
      expect(described(`${name} (\`${id}\`)`)).toEqual(expected);
    },
  );

  it('describes every setting, and no other', () => {
    const settings = readFileSync(
      new URL('../../src/app/settings/appwrite-settings.ts', import.meta.url),
      'utf8',
    );
    const names = (source: string): Set<string> => new Set(source.match(/\bAPPWRITE_[A-Z]+(?:_[A-Z]+)*/g));
    expect(names(text)).toEqual(new Set([...names(settings), 'APPWRITE_API_KEY_FILE']));
  });
});
