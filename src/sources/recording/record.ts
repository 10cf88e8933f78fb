import { isUtf8 } from 'node:buffer';
import { epochMillis } from '../../domain/time.ts';

/** A response as it was recorded. */
export interface RecordedResponse {
  /** Line of the file, from 1. */
  readonly line: number;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** Epoch milliseconds of the request; null when it was not recorded. */
  readonly startedAt: number | null;
  /** Path and query, or the whole URL. */
  readonly url: string;
  readonly status: number;
  /** The decoded JSON of the body. */
  readonly body: unknown;
}

/** Decodes the JSON of a line; throws for what is none. */
export type Decode = (bytes: Buffer) => unknown;

/**
 * The response that a line of a recording holds; otherwise, as a string, what is wrong with the line: it goes
 * on the sentence "line 3 of FILE …".
 */
export function parseRecord(line: number, bytes: Buffer, decode: Decode): RecordedResponse | string {
  if (!isUtf8(bytes)) return 'is not UTF-8';
  const record = jsonObject(bytes, decode);
  if (record === null) return 'is not a JSON object';
  const receivedAt = instant(record.receivedAt);
  if (receivedAt === null) return 'has no time as "receivedAt"';
  const startedAt = instant(record.startedAt ?? null);
  if (startedAt === null && (record.startedAt ?? null) !== null) return 'has no time as "startedAt"';
  const { url, status } = record;
  if (typeof url !== 'string' || url === '') return 'has no "url"';
  if (!isStatus(status)) return 'has no HTTP status as "status"';
  if (!('body' in record)) return 'has no "body"';
  return { line, receivedAt, startedAt, url, status, body: record.body };
}

function jsonObject(bytes: Buffer, decode: Decode): Record<string, unknown> | null {
  try {
    const value = decode(bytes);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i;

function instant(value: unknown): number | null {
  if (typeof value !== 'string' || !rfc3339.test(value)) return null;
  const millis = epochMillis(value);
  return Number.isNaN(millis) ? null : millis;
}

function isStatus(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 100 && Number(value) <= 599;
}
