import type { Print } from './print.ts';
import type { EventSnapshot, ListingSnapshot } from './snapshot.ts';

/** A response that was understood. */
export interface Received<T> {
  readonly snapshot: T;
  /** Size of the decompressed body. */
  readonly bytes: number;
  /** Names of requested parts that the response says it did not grant. */
  readonly notGranted: readonly string[];
  /** Tells whether the next response says the same; null or absent when that cannot be told from its bytes. */
  readonly print?: Print | null;
  /** Whether it lay in a cache on the way: its time is not that of its sending. */
  readonly isCached?: boolean;
  /** Returns the body as received, as far as it may be kept; absent where a source has none. */
  readonly body?: () => Uint8Array;
}

/** A response that says what one before it said, but at another time: it was not parsed. */
export interface Same {
  /** `generated_time`, epoch milliseconds; null when the server said so by a 304, which tells no time. */
  readonly sameAt: number | null;
  /** Size of the decompressed body. */
  readonly bytes: number;
  /** Stands for it from now on; absent when what stood for the one before still does. */
  readonly print?: Print;
  /** As of {@link Received}. */
  readonly isCached?: boolean;
  /** As of {@link Received}. */
  readonly body?: () => Uint8Array;
}

/** Where responses come from. Every call fails with a {@link FeedError} and with nothing else. */
export interface Source {
  /** The listing of one NZ date (`YYYY-MM-DD`). */
  meetings(date: string, signal: AbortSignal): Promise<Received<ListingSnapshot>>;
  event(raceId: string, signal: AbortSignal): Promise<Received<EventSnapshot>>;
  /** @param known of a response before: what says the same is told so */
  event(raceId: string, signal: AbortSignal, known: Print | null): Promise<Received<EventSnapshot> | Same>;
}

export const feedFaults = [
  'timeout',
  'network',
  'rate_limited',
  'not_found',
  'refused',
  'server_error',
  'malformed',
  'misdated',
  'stale',
] as const;

/** Why a response could not be had or used. Part of what `polls.reason` and `gaps.reason` can say. */
export type FeedFault = (typeof feedFaults)[number];

/** A failed request. Its message carries no header and no body, so that it can be logged as it is. */
export class FeedError extends Error {
  readonly fault: FeedFault;
  /** Milliseconds for which the host asked to be left alone. */
  readonly retryAfterMs: number | null;
  /** The body as received, kept for quarantine when the fault is `malformed`. */
  readonly body: Uint8Array | null;

  constructor(
    fault: FeedFault,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number | null; body?: Uint8Array | null } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'FeedError';
    this.fault = fault;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.body = options.body ?? null;
  }
}
