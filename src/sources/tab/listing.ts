import type { ListedMeeting, ListingSnapshot, RejectedMeeting } from '../../domain/snapshot.ts';
import type { Received } from '../../domain/source.ts';
import { meetingsPath, meetingsQuery, pageSize } from './paths.ts';
import type { Answer, Transport } from './transport.ts';

/** Far more than a day has: it only ends what would never end. */
const mostPages = 50;

type Entry = { readonly meeting: ListedMeeting } | { readonly rejected: RejectedMeeting };

/**
 * The listing of one NZ date, all pages as one. It carries the first page's time, and of a meeting that stands
 * on two pages the later one.
 * @param parse makes a snapshot of one page
 * @throws FeedError; pages that are of another day, or come again and again, are `malformed`
 */
export async function readListing(
  transport: Transport,
  parse: (answer: Answer) => ListingSnapshot,
  date: string,
  signal: AbortSignal,
): Promise<Received<ListingSnapshot>> {
  const entries = new Map<string | symbol, Entry>();
  let generatedAt: number | undefined;
  let bytes = 0;
  let offset = 0;
  for (let page = 1; ; page += 1) {
    const answer = await transport.get(meetingsPath, meetingsQuery(date, offset), signal);
    const listing = parse(answer);
    if (isOfOtherDays(listing, date)) throw transport.malformed(answer, `lists other days than ${date}`);
    const served = entriesOf(listing, (one) => kept(transport, answer, one));
    const isLast = served.length < sizeOfPage(answer.json);
    if (!isLast && (page === mostPages || served.every(([id]) => entries.has(id)))) {
      throw transport.malformed(answer, 'is one page more where the listing should end');
    }
    for (const [id, entry] of served) entries.set(id, entry);
    generatedAt ??= listing.generatedAt;
    bytes += answer.body.length;
    offset += served.length;
    if (isLast) return { snapshot: merged(generatedAt, [...entries.values()]), bytes, notGranted: [] };
  }
}

function merged(generatedAt: number, entries: readonly Entry[]): ListingSnapshot {
  return {
    generatedAt,
    meetings: entries.flatMap((entry) => ('meeting' in entry ? [entry.meeting] : [])),
    rejected: entries.flatMap((entry) => ('rejected' in entry ? [entry.rejected] : [])),
  };
}

/** Everything that a page lists, understood or not: both count for the size of a page. */
function entriesOf(
  { meetings, rejected }: ListingSnapshot,
  keep: (one: RejectedMeeting) => RejectedMeeting,
): (readonly [string | symbol, Entry])[] {
  return [
    ...meetings.map((meeting) => [meeting.columns.meeting_id, { meeting }] as const),
    ...rejected.map((one) => [one.meetingId ?? Symbol('nameless'), { rejected: keep(one) }] as const),
  ];
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
