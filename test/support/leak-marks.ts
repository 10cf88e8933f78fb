/** A credential that can be told from everything else, whole or in part. */
export interface Mark {
  /** Name of the setting. */
  readonly name: string;
  /** With characters that JSON, URLs, HTML and UTF-8 spell otherwise. */
  readonly value: string;
  /** A part of it that all of them leave as it is. */
  readonly core: string;
}

export const tabMarks = [
  { name: 'TAB_FROM', value: 'leak+From7Kq2ZxWb&é"\\@mark.example', core: 'From7Kq2ZxWb' },
  { name: 'TAB_PARTNER', value: `Leak 'Partner9Vw3YtQm' & Söhne / <b> 100%`, core: 'Partner9Vw3YtQm' },
  { name: 'TAB_PARTNER_ID', value: 'id-{Number5Hn8BcRs}==/+~', core: 'Number5Hn8BcRs' },
] as const;

export const keyMark = {
  name: 'APPWRITE_API_KEY',
  value: 'standard_Key4Jd6LpTvXs&"\\/+=%',
  core: 'Key4Jd6LpTvXs',
} as const;

export const marks: readonly Mark[] = [...tabMarks, keyMark];

/** The settings that give marked credentials. */
export function settingsOf(given: readonly Mark[]): Record<string, string> {
  return Object.fromEntries(given.map(({ name, value }) => [name, value]));
}

/** What something looks like to a program that echoes it, by the name of the spelling. */
export function spellingsOf(text: string): Map<string, string> {
  const utf8 = Buffer.from(text);
  const latin1 = Buffer.from(text, 'latin1');
  const url = encodeURIComponent(text);
  const json = JSON.stringify(text).slice(1, -1);
  const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return new Map([
    ['plain', text],
    ['plain, as UTF-8 read as latin1', utf8.toString('latin1')],
    ['JSON', json],
    ['JSON in JSON', JSON.stringify(json).slice(1, -1)],
    ['JSON of Go', json.replace(/[&<>+']/g, unicodeEscape)],
    ['JSON of PHP', json.replaceAll('/', '\\/').replace(/[^ -~]/g, unicodeEscape)],
    ['JSON of .NET', json.replace(/[^A-Za-z0-9 .\\\-@_]/g, unicodeEscape)],
    ['URL', url],
    ['URL in lower case', url.replace(/%../g, (byte) => byte.toLowerCase())],
    ['URL in URL', encodeURIComponent(url)],
    ['strict URL', url.replace(/[!'()*~-]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)],
    ['URL of latin1', latin1.toString('latin1').replace(/[^A-Za-z0-9]/g, percent)],
    ['form', new URLSearchParams({ '': text }).toString().slice(1)],
    ['HTML', html],
    ['HTML attribute', html.replaceAll('"', '&quot;').replaceAll("'", '&#39;')],
    [
      'HTML in hexadecimal',
      text.replace(/[^A-Za-z0-9 ]/g, (sign) => `&#x${sign.charCodeAt(0).toString(16)};`),
    ],
    ['hex', utf8.toString('hex')],
    ['hex in upper case', utf8.toString('hex').toUpperCase()],
    ['hex of latin1', latin1.toString('hex')],
    ...[utf8, latin1].flatMap((bytes, index) =>
      [0, 1, 2].flatMap((offset) => {
        const base64 = aligned(bytes, offset);
        const name = `base64 of ${index === 0 ? 'UTF-8' : 'latin1'} at ${offset}`;
        return [
          [name, base64],
          [`${name}, for URLs`, base64.replaceAll('+', '-').replaceAll('/', '_')],
        ] as const;
      }),
    ),
  ]);
}

/** The characters of base64 that are all a text's own, when so many bytes stand before it. */
function aligned(bytes: Buffer, offset: number): string {
  const base64 = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  return base64.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`;
}

/** Bytes that the recorder left somewhere. */
export interface Artefact {
  readonly place: string;
  readonly bytes: Buffer;
}

export interface Find {
  readonly place: string;
  readonly name: string;
  readonly spelling: string;
}

/** Looks for marked credentials, in whole or in part, in every spelling. */
export function search(artefacts: readonly Artefact[]): Find[] {
  const needles = marks.flatMap(({ name, value, core }) => [
    ...[...spellingsOf(value)].map(([spelling, text]) => ({ name, spelling, text })),
    ...[...spellingsOf(core)].map(([spelling, text]) => ({ name, spelling: `part, ${spelling}`, text })),
  ]);
  const distinct = [...new Map(needles.map((needle) => [needle.text, needle])).values()];
  return artefacts.flatMap(({ place, bytes }) =>
    distinct
      .filter(({ text }) => bytes.includes(text))
      .map(({ name, spelling }) => ({ place, name, spelling })),
  );
}
