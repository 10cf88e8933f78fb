import { inspect } from 'node:util';

const shown = '[redacted]';

/** Every credential of this process, for {@link redact}, with its patterns once they were needed. */
const known = new Map<string, readonly RegExp[] | null>();

/**
 * A credential that shows itself nowhere: printed, inspected, put into a template or into JSON it reads
 * `[redacted]`, and a copy made by structured cloning is empty.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    remember(value);
  }

  /** The value itself. Only for the code that writes it into a request. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}

/** Has {@link redact} know a credential that no {@link Secret} was made of. */
export function remember(value: string): void {
  if (isTelling(value) && !known.has(value)) known.set(value, null);
}

/**
 * A text without any credential of this process but those that are not {@link isTelling}: the last guard of texts
 * that others wrote, such as the message of an error that nobody expected.
 */
export function redact(text: string): string {
  let safe = text;
  for (const [value, found] of known) {
    const patterns = found ?? occurrences(value);
    known.set(value, patterns);
    safe = blankOut(safe, patterns);
  }
  return safe;
}

/** A text without what the patterns find. */
export function blankOut(text: string, patterns: readonly RegExp[]): string {
  return patterns.reduce((rest, pattern) => rest.replace(pattern, shown), text);
}

/** Whether a credential can be told from ordinary text, as `NZ` or `42` cannot. */
export function isTelling(value: string): boolean {
  return value.trim().length >= 6;
}

/**
 * Patterns that find a credential as it is and as programs write it: as UTF-8 that was read as latin1, in JSON (in
 * JSON once more), in URLs and forms, in HTML, in hexadecimal, and anywhere inside of base64.
 */
export function occurrences(value: string): RegExp[] {
  return piecesOf(value).map((piece) => {
    const spellings = readings(piece).flatMap((text) => {
      const bytes = Buffer.from(text, 'latin1');
      return [wordPattern(text), anyCase(bytes.toString('hex')), ...base64Patterns(bytes)];
    });
    return new RegExp(spellings.join('|'), 'g');
  });
}

/** The credential by itself, in any mixture of the spellings of its characters. */
export function wordPattern(value: string): string {
  return characterPatterns(value).join('');
}

/** Finds what of a credential stands at the end of a text that was cut off within it. */
export function beginnings(value: string): RegExp[] {
  return piecesOf(value).map((piece) => {
    const spellings = readings(piece).map((text) => {
      const patterns = characterPatterns(text);
      const more = patterns.slice(4).reduceRight((rest, one) => `(?:${one}${rest})?`, '');
      return `${patterns.slice(0, 4).join('')}${more}`;
    });
    return new RegExp(`(?:${spellings.join('|')})$`, 'g');
  });
}

/** Longer credentials are looked for in pieces of about equal length: one pattern would be too large. */
const pieceLength = 64;

function piecesOf(value: string): string[] {
  const characters = Array.from(value);
  const count = Math.ceil(characters.length / pieceLength);
  const cut = (index: number): number => Math.floor((index * characters.length) / count);
  return Array.from({ length: count }, (_, index) => characters.slice(cut(index), cut(index + 1)).join(''));
}

/** A run of backslashes is taken as one: each by itself could be read in too many ways. */
function characterPatterns(text: string): string[] {
  const parts = text.match(/\\+|[^\\]/gsu) ?? [];
  return parts.map((part) => {
    if (!part.startsWith('\\')) return characterPattern(part);
    const { length } = part;
    return `(?:\\\\{${length},${8 * length}}|(?:${encodings('\\').join('|')}){${length}})`;
  });
}

/**
 * The spellings of one character. Each knows a few levels of escaping and no more: an endless run of backslashes
 * must not take endless time.
 */
function characterPattern(character: string): string {
  if (/[A-Za-z0-9]/.test(character)) return character;
  const itself = codeUnits(character).map((unit) => `\\u${unit}`);
  const spellings = [...encodings(character), `\\\\{0,7}${itself.join('')}`];
  return `(?:${character === ' ' ? '\\+|' : ''}${spellings.join('|')})`;
}

const shortEscapes = new Map(Object.entries({ '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't' }));
const htmlNames = new Map(Object.entries({ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' }));

/** What stands for a character in JSON, in a URL and in HTML. */
function encodings(character: string): string[] {
  const code = character.codePointAt(0) ?? 0;
  const short = shortEscapes.get(character);
  const name = htmlNames.get(character);
  const html = [`#0{0,4}${code}`, `#[xX]0{0,4}${anyCase(code.toString(16))}`, ...(name ? [name] : [])];
  return [
    codeUnits(character)
      .map((unit) => `\\\\{1,7}u${anyCase(unit)}`)
      .join(''),
    ...(short ? [`\\\\{1,7}${short}`] : []),
    percentPattern(Buffer.from(character)),
    ...(code > 0x7f && code <= 0xff ? [percentPattern(Buffer.of(code))] : []),
    `&(?:amp;){0,3}(?:${html.join('|')});`,
  ];
}

function codeUnits(character: string): string[] {
  return character.split('').map((unit) => unit.charCodeAt(0).toString(16).padStart(4, '0'));
}

/** Bytes as they stand in a URL, and in a URL in a URL. */
function percentPattern(bytes: Buffer): string {
  return [...bytes].map((byte) => `%(?:25){0,3}${anyCase(Buffer.of(byte).toString('hex'))}`).join('');
}

/** What base64 makes of bytes wherever they lie in what is encoded: the characters that are theirs alone. */
function base64Patterns(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const base64 = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const own = base64.slice(Math.ceil((before * 4) / 3), Math.floor(((before + bytes.length) * 4) / 3));
    const urlSafe = new Map([
      ['+', `(?:-|${characterPattern('+')})`],
      ['/', `(?:_|${characterPattern('/')})`],
    ]);
    return own.replace(/[+/]/g, (character) => urlSafe.get(character) ?? character);
  });
}

/** A text, and what becomes of it when its UTF-8 is read as latin1, once and twice. */
function readings(text: string): string[] {
  const misread = (other: string): string => Buffer.from(other).toString('latin1');
  return [...new Set([text, misread(text), misread(misread(text))])];
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}
