import type { EventSnapshot, ListingSnapshot } from '../../domain/snapshot.ts';
import type { Print } from '../../domain/print.ts';
import { FeedError } from '../../domain/source.ts';
import type { Received, Same, Source } from '../../domain/source.ts';
import { codeOf } from './faults.ts';
import { readListing } from './listing.ts';
import { ParseError, parseEvent, parseListing } from './parse.ts';
import { eventParts, eventPath, eventQuery } from './paths.ts';
import { printOf, sameAs } from './sameness.ts';
import { createTransport } from './transport.ts';
import type { Answer, Transport, TransportOptions } from './transport.ts';

/** How decoded JSON becomes a snapshot; both throw a ParseError for what they do not understand. */
interface Parsers {
  readonly event: (body: unknown) => EventSnapshot;
  readonly listing: (body: unknown) => ListingSnapshot;
}

export interface TabClientOptions extends TransportOptions {
  /** Default: the parsers of the TAB format. */
  readonly parse?: Parsers;
}

/** The feed as a source, with the connections that it holds open. */
export interface TabClient extends Source {
  /** Waits for the requests that are under way, each bounded by its deadline. Requests after it fail. */
  close(): Promise<void>;
}

/**
 * A client of the TAB affiliates API and of everything that speaks its format.
 * @throws Error with one line for each option that is wrong; never with a credential in it
 */
export function createTabClient(options: TabClientOptions): TabClient {
  const transport = createTransport(options);
  const { event, listing } = options.parse ?? { event: parseEvent, listing: parseListing };
  function asked(raceId: string, signal: AbortSignal): Promise<Received<EventSnapshot>>;
  function asked(
    raceId: string,
    signal: AbortSignal,
    known: Print | null,
  ): Promise<Received<EventSnapshot> | Same>;
  function asked(
    raceId: string,
    signal: AbortSignal,
    known: Print | null = null,
  ): Promise<Received<EventSnapshot> | Same> {
    return onlyFeedErrors(readEvent(transport, understanding(transport, event), raceId, signal, known));
  }
  return {
    meetings: (date, signal) =>
      onlyFeedErrors(readListing(transport, understanding(transport, listing), date, signal)),
    event: asked,
    close: () => transport.close(),
  };
}

/** Whatever else goes wrong on the way costs this response and not who asked for it. */
async function onlyFeedErrors<T>(received: Promise<T>): Promise<T> {
  try {
    return await received;
  } catch (error) {
    if (error instanceof FeedError) throw error;
    throw new FeedError('malformed', `The response could not be taken (${codeOf(error)}).`, { cause: error });
  }
}

/** A parser whose failures, whatever they are, keep the body that they could not understand. */
function understanding<T>(transport: Transport, parse: (body: unknown) => T): (answer: Answer) => T {
  return (answer) => understood(transport, answer, () => parse(answer.json));
}

function understood<T>(transport: Transport, answer: Answer, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof FeedError) throw error;
    const why = error instanceof ParseError ? error.message : codeOf(error);
    throw transport.malformed(answer, `could not be understood (${why})`);
  }
}

async function readEvent(
  transport: Transport,
  parse: (answer: Answer) => EventSnapshot,
  raceId: string,
  signal: AbortSignal,
  known: Print | null,
): Promise<Received<EventSnapshot> | Same> {
  const answer = await transport.get(eventPath(raceId), eventQuery, signal, {
    etag: known?.etag ?? null,
    recognise: (body) => known && sameAs(known, body),
  });
  if ('isUnmodified' in answer) return { sameAt: null, bytes: 0 };
  const { etag, isCached } = answer;
  if ('recognised' in answer) {
    const { body } = answer;
    const same = {
      sameAt: answer.recognised,
      bytes: body.length,
      isCached,
      body: () => transport.kept(body),
    };
    return known === null || (known.etag ?? null) === etag ? same : { ...same, print: { ...known, etag } };
  }
  const snapshot = parse(answer);
  if (snapshot.raceId !== raceId) throw transport.malformed(answer, 'is that of another race');
  const { body, json } = answer;
  return understood(transport, answer, () => {
    // A body that echoed a credential is kept out of everything, and what stands for it too.
    const print = answer.isAsReceived ? printOf(body, json) : null;
    return {
      snapshot,
      bytes: body.length,
      notGranted: notGranted(json),
      print: print && { ...print, etag },
      isCached,
      body: () => transport.kept(body),
    };
  });
}

/** Requested parts that the echo does not confirm: without them a null means nothing. */
function notGranted(json: unknown): string[] {
  const params = (json as { params?: Record<string, unknown> | null } | null)?.params;
  return [...eventParts].filter(([, echo]) => params?.[echo] !== true).map(([name]) => name);
}
