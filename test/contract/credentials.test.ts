import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/app/errors.ts';
import { readSettings } from '../../src/app/settings/settings.ts';
import { Secret, blankOut, occurrences } from '../../src/domain/secret.ts';
import { openAppwrite } from '../../src/sinks/appwrite/client.ts';
import type { AppwriteAccess } from '../../src/sinks/appwrite/client.ts';
import { createTabClient } from '../../src/sources/tab/client.ts';
import { credentialMask } from '../../src/sources/tab/identity.ts';
import { limits } from '../../src/sources/tab/limits.ts';
import type { CredentialMask, Identity } from '../../src/sources/tab/identity.ts';
import { hold } from '../support/properties.ts';
import { clientOf, eventBody, feedError, never, raceId } from '../support/http-feed.ts';
import { serve } from '../support/http.ts';
import type { TestServer } from '../support/http.ts';
import { spellingsOf } from '../support/leak-marks.ts';

const directory = mkdtempSync(join(tmpdir(), 'oddstream-'));

afterAll(() => {
  rmSync(directory, { recursive: true });
});

const settings = [
  { name: 'TAB_FROM', key: 'from', header: 'from' },
  { name: 'TAB_PARTNER', key: 'partner', header: 'x-partner' },
  { name: 'TAB_PARTNER_ID', key: 'partnerId', header: 'x-partner-id' },
] as const;

const rest = { TAB_PARTNER: 'Somebody', TAB_PARTNER_ID: 'f3a9-77' };
const others = { TAB_FROM: 'someone@example.org', ...rest };

const character = (from: number, to: number) =>
  fc.integer({ min: from, max: to }).map((code) => String.fromCharCode(code));
const latin1 = fc.oneof(character(0x20, 0x7e), character(0x80, 0xff), fc.constant('\t'));

const blanks = ['', ' ', '\n', '\r\n', '\t', '\u00a0', '\ufeff', ' a', 'a ', 'a\n', '\na', '\0', 'a\0b'];
const hostile = [
  'a\r\nX-Evil: 1',
  'a\nb',
  '\ud800',
  'e\u0301',
  '\u{1f40e}',
  'Ā',
  '$&',
  '%s',
  '{}',
  '\\u0041',
  '"',
];
const long = [4095, 4096, 4097, 16_384, 65_536].map((length) => 'x'.repeat(length));

const anything = fc.oneof(
  fc.string({ unit: latin1, maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.constantFrom(...blanks, ...hostile, ...long, 'é'.repeat(4096), '\n'.repeat(65_536)),
);

/** What comes of an environment: an identity, or the sentences that it is refused with. */
function read(environment: Record<string, string>): Identity | readonly string[] {
  try {
    const { identity } = readSettings(environment);
    if (identity === null) throw new Error('the simulator was chosen');
    return identity;
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
}

async function received(server: TestServer, identity: Identity): Promise<Map<string, string[]>> {
  const client = createTabClient({ baseUrl: server.url, identity, connections: 1, deadlineMs: 500_000 });
  try {
    await client.event(raceId, never());
  } finally {
    await client.close();
  }
  const raw = server.requests.at(-1)?.rawHeaders ?? [];
  const headers = new Map<string, string[]>();
  for (let index = 0; index < raw.length; index += 2) {
    const name = String(raw[index]).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), String(raw[index + 1])]);
  }
  return headers;
}

describe('any string as a credential', () => {
  it('is refused at the start by a sentence that names its setting, or sent exactly', async () => {
    const server = await serve((_, response) => response.end(JSON.stringify(eventBody())));
    const counts = { refused: 0, sent: 0 };
    await hold(
      fc.asyncProperty(anything, fc.constantFrom(...settings), async (value, { name, header }) => {
        const outcome = read({ ...others, [name]: value });
        if (!('from' in outcome)) {
          counts.refused++;
          expect(outcome).toHaveLength(1);
          expect(outcome[0]).toMatch(new RegExp(`^${name} (is|has|begins or ends|holds) .{10,120}\\.$`));
          if (value.length > 12) expect(outcome[0]).not.toContain(value);
          return;
        }
        counts.sent++;
        const headers = await received(server, outcome);
        expect(headers.get(header)).toEqual([value]);
        for (const other of settings) expect(headers.get(other.header)).toHaveLength(1);
      }),
      300,
    );
    expect(Math.min(counts.refused, counts.sent)).toBeGreaterThan(20);
  });

  it('from a file is what it would be from its variable, but for one line ending', () => {
    const file = join(directory, 'credential');
    const text = fc.string({ unit: latin1, minLength: 1, maxLength: 30 });
    hold(
      fc.property(text, fc.constantFrom('', '\n', '\r\n'), (value, ending) => {
        writeFileSync(file, `${value}${ending}`);
        const shown = (outcome: Identity | readonly string[]) =>
          'from' in outcome ? outcome.from.reveal() : outcome;
        expect(shown(read({ ...rest, TAB_FROM_FILE: file }))).toEqual(
          shown(read({ ...rest, TAB_FROM: value })),
        );
      }),
    );
  });

  it.each([
    ['an empty file', { TAB_FROM_FILE: '' }, /^TAB_FROM is empty/],
    ['a file that is not there', { TAB_FROM_FILE: null }, /^TAB_FROM_FILE names a file that does not exist/],
    ['both forms', { TAB_FROM: 'a@b.c', TAB_FROM_FILE: 'x' }, /^TAB_FROM and TAB_FROM_FILE are both set/],
  ])('is refused by name: %s', (what, given, sentence) => {
    const file = join(directory, what);
    if (given.TAB_FROM_FILE !== null) writeFileSync(file, given.TAB_FROM_FILE);
    const problems = read({
      ...rest,
      ...('TAB_FROM' in given && { TAB_FROM: 'a@b.c' }),
      TAB_FROM_FILE: file,
    });
    expect(problems).toEqual(expect.arrayContaining([expect.stringMatching(sentence)]));
    expect(JSON.stringify(problems)).not.toContain(file);
  });

  it('and three of the longest go out together', async () => {
    const server = await serve((_, response) => response.end(JSON.stringify(eventBody())));
    const value = 'é'.repeat(4096);
    const identity = read({ TAB_FROM: value, TAB_PARTNER: value, TAB_PARTNER_ID: value });
    if (!('from' in identity)) throw new Error('refused');
    const headers = await received(server, identity);
    expect(settings.map(({ header }) => headers.get(header))).toEqual([[value], [value], [value]]);
  });
});

describe('any string as the key for Appwrite', () => {
  it('is refused at the start by a sentence that names its setting, or sent exactly', async () => {
    const server = await serve((_, response) => response.end('{"total":0,"rows":[]}'));
    const environment = {
      APPWRITE_ENDPOINT: `${server.url}/v1`,
      APPWRITE_PROJECT_ID: 'p',
      APPWRITE_DATABASE_ID: 'd',
    };
    const ascii = fc.string({ unit: character(0x21, 0x7e), minLength: 1, maxLength: 300 });
    const keys = fc.oneof(ascii, anything).filter(({ length }) => length <= 4096);
    await hold(
      fc.asyncProperty(keys, async (value) => {
        const outcome = readKey({ ...environment, APPWRITE_API_KEY: value });
        if (!('key' in outcome)) {
          expect(outcome).toHaveLength(1);
          expect(outcome[0]).toMatch(/^APPWRITE_API_KEY (is|holds) .{10,}\.$/);
          if (value.length > 12) expect(outcome[0]).not.toContain(value);
          return;
        }
        const appwrite = openAppwrite(outcome);
        await appwrite.ask((rows) => rows.listRows({ databaseId: 'd', tableId: 't' }));
        await appwrite.close();
        expect(server.requests.at(-1)?.headers['x-appwrite-key']).toBe(value);
      }),
    );
  });
});

function readKey(environment: Record<string, string>): AppwriteAccess | readonly string[] {
  try {
    const { appwrite } = readSettings(environment);
    if (appwrite === null) throw new Error('no Appwrite was chosen');
    return appwrite.access;
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
}

function maskOf(value: string): CredentialMask {
  const other = new Secret('somebody-else');
  return credentialMask({ from: new Secret(value), partner: other, partnerId: other });
}

const telling = fc
  .string({ unit: latin1, minLength: 6, maxLength: 90 })
  .filter((value) => value === value.trim());

describe('the mask over what a feed sends', () => {
  it('finds a credential in every spelling, in bytes as in text', () => {
    hold(
      fc.property(telling, (value) => {
        const mask = maskOf(value);
        for (const [name, spelling] of spellingsOf(value)) {
          const bytes = Buffer.from(`<${spelling}>`).toString('latin1');
          for (const text of [`<${spelling}>`, bytes]) {
            expect([name, mask.text(text).includes(text.slice(1, -1))]).toEqual([name, false]);
          }
          const json: unknown = JSON.parse(mask.json(JSON.stringify({ [spelling]: [spelling, 1] })));
          expect([name, JSON.stringify(json).includes(JSON.stringify(spelling).slice(1, -1))]).toEqual([
            name,
            false,
          ]);
        }
      }),
      60,
    );
  });

  it('leaves JSON without credentials as it is, to the last byte', () => {
    const mask = maskOf('someone+racing@example.org');
    hold(
      fc.property(fc.json(), (json) => {
        expect(mask.json(json)).toBe(json);
      }),
    );
  });

  it('finds nothing in what is shorter than a credential, however long that is', () => {
    hold(
      fc.property(fc.string({ unit: latin1, minLength: 6, maxLength: 300 }), (value) => {
        const patterns = occurrences(value);
        for (const text of ['', value.slice(0, 5), value.slice(-5)])
          expect(blankOut(text, patterns)).toBe(text);
      }),
    );
  });

  it('changes strings alone: a number is never touched', () => {
    const served = '{"id": 123456, "total":1234567.50, "name":"no 123456!", "123456":[-123456, 1e3]}';
    expect(maskOf('123456').json(served)).toBe(
      '{"id": 123456, "total":1234567.50, "name":"no [redacted]!", "[redacted]":[-123456, 1e3]}',
    );
  });

  it('leaves what a short credential has in common with ordinary text, but as a word in quarantine', () => {
    const served = '{"country":"NZ","name":"NZB Kiwi"}';
    expect(maskOf('NZ').json(served)).toBe(served);
    expect(maskOf('NZ').text(served)).toBe('{"country":"[redacted]","name":"NZB Kiwi"}');
  });

  it('finds the longer of two credentials of which one is part of the other', () => {
    const part = new Secret('racing-partner');
    const mask = credentialMask({ from: part, partner: new Secret('racing-partner-nz'), partnerId: part });
    expect(mask.text('racing-partner-nz')).toBe('[redacted]');
  });

  it.each([1, 20, 500, 3999])(
    'finds a long credential across the end of what is kept: %i before it',
    async (before) => {
      const value = Array.from({ length: 500 }, (_, index) => `${String(index).padStart(7, 'p')}+`).join('');
      const limit = limits.bodyBytes;
      const server = await serve((_, response) => {
        response.end('-'.repeat(limit - before) + value + value + '-'.repeat(200_000));
      });
      const secret = new Secret(value);
      const client = clientOf(server.url, { identity: { from: secret, partner: secret, partnerId: secret } });
      const { body } = await feedError(client.event(raceId, never()));
      expect(Buffer.from(body ?? []).includes('ppp')).toBe(false);
      expect(body?.length).toBeLessThanOrEqual(limit);
    },
  );

  it('finds the beginning of a credential at which a body was cut off', () => {
    const value = 'Leak "partner" & Söhne/79';
    for (let length = 4; length <= value.length; length++) {
      expect(maskOf(value).text(`the end: ${value.slice(0, length)}`)).toBe('the end: [redacted]');
    }
  });
});
