import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isObject, parseJson, type Json, type JsonObject } from './json.ts';

/** Requests and answers of a real server, recorded; they lie beside the project and are no part of it. */
const file = fileURLToPath(
  new URL('../../../../shared/data/appwrite/exchanges-1.9.6.jsonl', import.meta.url),
);

export interface Exchange {
  readonly what: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Record<string, string>;
    readonly body: Json;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Record<string, string>;
    readonly body: Json;
  };
}

/** Null where the recordings are missing. */
export function recordedExchanges(): Exchange[] | null {
  if (!existsSync(file)) return null;
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => parseJson(line) as unknown as Exchange);
}

/** The body to send: where many rows were left out of the recording, as many like the one that was not. */
export function bodyToSend(body: Json): Json {
  if (!isObject(body) || typeof body.rows !== 'string') return body;
  const told = /^\((\d+) rows like (.*)\)$/s.exec(body.rows);
  const sample = parseJson(told?.[2] ?? '{}') as JsonObject;
  const rows = Array.from({ length: Number(told?.[1] ?? 0) }, (_row, at) => ({
    ...sample,
    $id: `e${1000 + at}`,
  }));
  return { ...body, rows };
}

const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}\+00:00$/;

/** Keys whose values no two servers share: when it happened and how many there were before. */
const passing = new Set(['$createdAt', '$updatedAt', 'expiresAt', '$sequence']);

/**
 * An answer without what no two servers share; times keep their shape. Rows that were left out of the recording
 * are left out of the other answer as well.
 */
export function essential(body: Json, like: Json): Json {
  if (Array.isArray(body)) {
    const pattern: Json[] = Array.isArray(like) ? like : [];
    const cut = pattern.findIndex((item) => typeof item === 'string' && item.startsWith('(…'));
    const kept = cut === -1 ? body : body.slice(0, cut);
    return kept.map((item, at) => essential(item, pattern[at] ?? null));
  }
  if (!isObject(body)) return body;
  const entries = Object.entries(body).map(([key, value]): [string, Json] => {
    if (passing.has(key))
      return [key, typeof value === 'string' && time.test(value) ? 'a time' : typeof value];
    if (key === '$id' && typeof value === 'string') return [key, nameless(value)];
    return [key, essential(value, isObject(like) ? (like[key] ?? null) : null)];
  });
  return Object.fromEntries(entries);
}

/** Ids that the server made: of an index `<database>_<table>_<key>`, of a transaction 20 hex digits. */
function nameless(id: string): string {
  return id.replace(/^\d+_\d+_/, '#_#_').replace(/^[0-9a-f]{20}$/, '#');
}
