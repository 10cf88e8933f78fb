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

/**
 * A function that blanks out the credentials in what the other side sent, since a server may echo a request.
 * It works on text whose characters are bytes (latin1) as on any other text.
 */
export function credentialMask(identity: Identity | null): (text: string) => string {
  if (identity === null) return (text) => text;
  const spellings = headers.flatMap(({ key }) => spellingsOf(identity[key].reveal()));
  // The longest first: one credential may be part of another.
  spellings.sort((one, other) => other.length - one.length);
  return (text) => spellings.reduce((masked, spelling) => masked.replaceAll(spelling, '[redacted]'), text);
}

/** A value as it is sent and as UTF-8 bytes, in JSON, in a URL, in a form and in HTML. */
function spellingsOf(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const form = new URLSearchParams({ '': value }).toString().slice(1);
  const html = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const all = [value, json, encodeURIComponent(value.toWellFormed()), form, html, html.replaceAll('"', '&quot;')];
  return [...new Set(all.flatMap((text) => [text, Buffer.from(text).toString('latin1')]))];
}
