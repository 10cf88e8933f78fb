import { beginnings, blankOut, isTelling, occurrences, wordPattern } from '../../domain/secret.ts';
import type { Secret } from '../../domain/secret.ts';

/** How a caller identifies itself to the feed. All three are credentials. */
export interface Identity {
  /** E-mail address, sent as `From`. */
  readonly from: Secret;
  /** Sent as `X-Partner`. */
  readonly partner: Secret;
  /** Sent as `X-Partner-ID`. */
  readonly partnerId: Secret;
}

const headers = [
  { key: 'from', header: 'From', setting: 'TAB_FROM' },
  { key: 'partner', header: 'X-Partner', setting: 'TAB_PARTNER' },
  { key: 'partnerId', header: 'X-Partner-ID', setting: 'TAB_PARTNER_ID' },
] as const;

/** Servers take some 8 to 16 KB of headers in all. */
const longestHeader = 4096;

/** What keeps an identity from being sent, one sentence for each value and never the value itself. */
export function identityProblems(identity: Identity): string[] {
  return headers.flatMap(({ key, header, setting }) => {
    const value = identity[key].reveal();
    if (value.trim() === '') return [`${setting} is empty: the feed wants it as the header ${header}.`];
    if (value.length > longestHeader) {
      return [`${setting} has ${value.length} characters, more than the ${longestHeader} that servers take.`];
    }
    if (value !== value.trim()) {
      return [`${setting} begins or ends with a blank, which the header ${header} would lose.`];
    }
    if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return [];
    return [`${setting} holds a character that the header ${header} cannot carry, such as a line break.`];
  });
}

/** The headers that carry an identity. */
export function identityHeaders(identity: Identity): Record<string, string> {
  return Object.fromEntries(headers.map(({ key, header }) => [header, identity[key].reveal()]));
}

/** Blanks out an identity in what the other side sends, since a server may echo a request. */
export interface CredentialMask {
  /** A text that is kept to be looked at. It may have a character a byte (latin1), and be cut off at its end. */
  text(text: string): string;
  /** The text of a JSON value, of which only strings change. Credentials that are not telling are left. */
  json(text: string): string;
}

export function credentialMask(identity: Identity | null): CredentialMask {
  const values = identity === null ? [] : headers.map(({ key }) => identity[key].reveal());
  // The longest first: one credential may be part of another.
  values.sort((one, other) => other.length - one.length);
  const telling = values.filter(isTelling);
  const inData = telling.map(occurrences);
  // A long credential is found by its first piece.
  const first = inData.flatMap((pieces) => pieces.slice(0, 1));
  const inTexts = [...inData.flat(), ...telling.flatMap(beginnings), ...words(values)];
  return {
    text: (text) => blankOut(text, inTexts),
    json: (text) => {
      if (!first.some((pattern) => text.search(pattern) !== -1)) return text;
      return text.replace(jsonString, (string) => {
        const value = JSON.parse(string) as string;
        const safe = blankOut(value, inData.flat());
        return safe === value ? string : JSON.stringify(safe);
      });
    },
  };
}

const jsonString = /"[^"\\]*(?:\\.[^"\\]*)*"/g;

/** Credentials that are not telling, as whole words. */
function words(values: readonly string[]): RegExp[] {
  const short = values.filter((value) => value.trim() !== '' && !isTelling(value));
  return short.map((value) => new RegExp(`(?<![A-Za-z0-9])${wordPattern(value)}(?![A-Za-z0-9])`, 'g'));
}
