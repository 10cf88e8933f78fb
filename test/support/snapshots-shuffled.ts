import fc from 'fast-check';
import type { Json, JsonObject, ServedEvent } from './snapshots.ts';

/** Lists whose order says nothing, wherever they are in a response. */
const lists: ReadonlySet<string> = new Set([
  ...['runners', 'entrants', 'tips', 'picks', 'substitutions', 'derivatives', 'video_channels', 'last_six'],
  ...['results', 'dividends', 'tote_pools', 'big_bets', 'live_bets'],
]);

/**
 * What a response says, said again later in another order: its lists shuffled, the keys of its objects turned round.
 * @param later milliseconds
 */
export function saidAgain(response: ServedEvent, later: number): fc.Arbitrary<ServedEvent> {
  const { header, data } = response;
  const at = Date.parse(header.generated_time) + later;
  return fc.infiniteStream(fc.nat()).map((numbers) => ({
    header: { generated_time: new Date(at).toISOString() },
    data: shuffled(data, '', numbers) as ServedEvent['data'],
  }));
}

function shuffled(value: Json | undefined, name: string, numbers: Iterator<number>): Json | undefined {
  if (Array.isArray(value)) {
    const list = value.map((item) => shuffled(item, '', numbers) ?? null);
    return lists.has(name) ? inAnyOrder(list, numbers) : list;
  }
  if (typeof value !== 'object' || value === null) return value;
  const turned: JsonObject = {};
  for (const key of Object.keys(value).toReversed()) turned[key] = shuffled(value[key], key, numbers);
  return turned;
}

function inAnyOrder(list: Json[], numbers: Iterator<number>): Json[] {
  return list
    .map((item) => ({ item, rank: Number(numbers.next().value) }))
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ item }) => item);
}
