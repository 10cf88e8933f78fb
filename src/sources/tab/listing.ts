import { randomUUID } from 'node:crypto';
import type { Drift, ListedMeeting, ListingSnapshot, RejectedMeeting } from '../../domain/snapshot.ts';
import type { Received } from '../../domain/source.ts';
import { merged } from './merge.ts';
import { meetingsPath, meetingsQuery, pageSize } from './paths.ts';
import type { Answer, Transport } from './transport.ts';

/** Far more than a day has: it only ends what would never end. */
const mostPages = 50;

/**
 * The listing of one NZ date, all pages as one. It carries the first page's time.
 * @param parse makes a snapshot of one page
 * @throws FeedError; pages that are of another day, or come again and again, are `malformed`
 */
export async function readListing(
  transport: Transport,
  parse: (answer: Answer) => ListingSnapshot,
  date: string,
  signal: AbortSignal,
): Promise<Received<ListingSnapshot>> {
  const pages = new Pages();
  let drifted: Buffer | null = null;
  let bytes = 0;
  let offset = 0;
  for (let page = 1; ; page += 1) {
    const answer = await transport.get(meetingsPath, meetingsQuery(date, offset), signal);
    const listing = parse(answer);
    if (isOfOtherDays(listing, date)) throw transport.malformed(answer, `lists other days than ${date}`);
    const size = servedOn(answer.json);
    const isLast = size < sizeOfPage(answer.json);
    if (!isLast && (page === mostPages || !pages.isNews(listing))) {
      throw transport.malformed(answer, 'is one page more where the listing should end');
    }
    if (listing.drifts !== undefined) drifted ??= answer.body;
    pages.add(listing, (one) => kept(transport, answer, one));
    bytes += answer.body.length;
    offset += size;
    if (isLast) {
      const body = (): Uint8Array => transport.kept(drifted ?? answer.body);
      return { snapshot: pages.snapshot(listing.generatedAt), bytes, notGranted: [], body };
    }
  }
}

/** What the pages of a listing say together. */
class Pages {
  readonly #meetings: ListedMeeting[] = [];
  readonly #rejected: RejectedMeeting[] = [];
  readonly #drifts = new Map<string, Drift>();
  readonly #ids = new Set<string>();
  #generatedAt: number | null = null;

  /** Whether a page lists anything that none before it did. */
  isNews(page: ListingSnapshot): boolean {
    return idsOf(page).some((id) => !this.#ids.has(id));
  }

  add(page: ListingSnapshot, keep: (one: RejectedMeeting) => RejectedMeeting): void {
    this.#generatedAt ??= page.generatedAt;
    this.#meetings.push(...page.meetings);
    this.#rejected.push(...page.rejected.map(keep));
    for (const id of idsOf(page)) this.#ids.add(id);
    for (const drift of page.drifts ?? []) this.#drifts.set(`${drift.field} ${drift.received}`, drift);
  }

  /** @param time when no page came before, epoch milliseconds */
  snapshot(time: number): ListingSnapshot {
    return {
      generatedAt: this.#generatedAt ?? time,
      ...merged(this.#meetings),
      rejected: this.#rejected,
      ...(this.#drifts.size > 0 && { drifts: [...this.#drifts.values()] }),
    };
  }
}

/** Everything that a page names; what has no name stands for something else each time. */
function idsOf({ meetings, rejected }: ListingSnapshot): readonly string[] {
  return [
    ...meetings.flatMap(({ columns, races }) => [columns.meeting_id, ...races.map(({ raceId }) => raceId)]),
    ...rejected.flatMap(({ meetingId, raceIds }) => [meetingId ?? randomUUID(), ...(raceIds ?? [])]),
  ];
}

/** Entries of a page, understood or not: both count for its size. */
function servedOn(json: unknown): number {
  const meetings = (json as { data?: { meetings?: unknown } | null } | null)?.data?.meetings;
  return Array.isArray(meetings) ? meetings.length : 0;
}

/** A meeting that was not understood, as it may be kept: masked and cut as a whole response would be. */
function kept(transport: Transport, { path }: Answer, one: RejectedMeeting): RejectedMeeting {
  const { body } = transport.malformed({ path, body: Buffer.from(one.body) }, one.reason);
  return body === null ? one : { ...one, body };
}

function isOfOtherDays({ meetings }: ListingSnapshot, date: string): boolean {
  const dates = meetings.map(({ columns }) => columns.date);
  return dates.length > 0 && dates.every((served) => served !== null && served !== date);
}

/** The limit that the feed says it kept to: were it less than ours, its full pages would look short. */
function sizeOfPage(json: unknown): number {
  const limit = (json as { params?: { limit?: unknown } | null } | null)?.params?.limit;
  return typeof limit === 'number' && limit > 0 ? Math.min(limit, pageSize) : pageSize;
}
