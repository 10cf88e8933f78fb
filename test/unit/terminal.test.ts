import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escaped, printable } from '../../src/app/terminal.ts';

/** Everything that ECMA-48 terminals act on begins with one of these. */
const isControl = (character: string): boolean => {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
};
const charactersOf = (text: string): string[] => Array.from(text);

const nasty = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\u001b]0;title\u0007', '\u001b[2J', '\u009b2J', '\r\n', '\u2028', '\u202e', '\u007f'),
    fc.string({ unit: 'binary', maxLength: 4 }),
  ),
});

describe('what is printed on a terminal', () => {
  it('is one line without anything that the terminal acts on', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const line = printable(text);
        expect(charactersOf(line).filter(isControl)).toEqual([]);
        expect(line).not.toMatch(/[\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
        expect(charactersOf(line)).toHaveLength(charactersOf(text).length);
      }),
    );
  });

  it('leaves names of every alphabet as they are', () => {
    for (const name of ['Ōtaki 🐎', "Hubble's Dragon", 'Тройка', '日本 – ダービー']) {
      expect(printable(name)).toBe(name);
    }
  });

  it('is, as JSON, the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), nasty, (value, text) => {
        const json = escaped(JSON.stringify([value, text]));
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify([value, text])));
        expect(charactersOf(json).filter(isControl)).toEqual([]);
      }),
    );
  });
});
