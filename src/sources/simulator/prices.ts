import { isScratched, runsAtLast, type Entrant } from './field.ts';
import { repricings, type Band } from './intensity.ts';
import { nearestRung, priceOf } from './ladder.ts';
import type { Random } from './random.ts';
import { advertisedStart, bettingEnds, type Timetable } from './timetable.ts';

/** Every fixed-win price that was ever set for a runner, in order; the lists run side by side. */
export interface PricePath {
  /** Epoch milliseconds, and nanoseconds beyond them. */
  readonly at: number[];
  readonly nanos: number[];
  readonly odds: number[];
  /** Place of the highest and of the lowest price up to and with each entry. */
  readonly high: number[];
  readonly low: number[];
  /** The source lists this entry before the one that was set before it. */
  readonly swapped: boolean[];
}

interface Quote {
  readonly entrant: Entrant;
  readonly path: PricePath;
  readonly open: number;
  readonly close: number;
  rung: number;
  /** No other change before this instant: a spike is still to revert, or the last change is too fresh. */
  busyUntil: number;
}

const bookPercent = 1.19;

/** Number of entries set at or before an instant. */
export function countAt(path: PricePath, at: number): number {
  let low = 0;
  let high = path.at.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((path.at[middle] ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function append(r: Random, quote: Quote, at: number, rung: number): void {
  const { path } = quote;
  const place = path.odds.length;
  const odds = priceOf(rung);
  const high = path.high[place - 1];
  const low = path.low[place - 1];
  path.at.push(Math.floor(at));
  path.nanos.push(r.int(1, 999_999));
  path.odds.push(odds);
  path.high.push(high === undefined || odds > (path.odds[high] ?? 0) ? place : high);
  path.low.push(low === undefined || odds < (path.odds[low] ?? 0) ? place : low);
  path.swapped.push(r.chance(0.011));
  quote.rung = rung;
  quote.busyUntil = at + 150;
}

/** One to three rungs towards where the market is going, or against it. */
function step(r: Random, quote: Quote, progress: number): number {
  const target = quote.open + (quote.close - quote.open) * progress;
  const pull = Math.max(-0.42, Math.min(0.42, (target - quote.rung) * 0.14));
  const size = r.chance(0.7) ? 1 : r.chance(0.8) ? 2 : 3;
  return moved(quote.rung, r.chance(0.5 + pull) ? size : -size);
}

/** At the ends of the ladder a price can only come back, and so it always changes. */
function moved(rung: number, by: number): number {
  const there = rung + by;
  return priceOf(there) === priceOf(rung) || nearestRung(priceOf(there)) !== there ? rung - by : there;
}

function reprice(r: Random, quotes: readonly Quote[], at: number, band: Band, timetable: Timetable): void {
  const free = quotes.filter((quote) => quote.busyUntil <= at && !isScratched(quote.entrant, at));
  const progress = Math.exp(-Math.max(0, advertisedStart(timetable, at) - at) / 2_400_000);
  const count = Math.min(free.length, 1 + r.poisson(band.runnersAtOnce - 1));
  for (const quote of r.shuffle(free).slice(0, count)) {
    const when = at + r.between(0, 30);
    const back = when + (r.chance(0.1) ? r.between(200, 900) : r.between(1500, 9000));
    const before = quote.rung;
    if (r.chance(band.spikes) && back < bettingEnds(timetable)) {
      append(r, quote, when, moved(before, (r.chance(0.5) ? 1 : -1) * r.int(2, 5)));
      append(r, quote, back, before);
    } else if (when < bettingEnds(timetable)) {
      append(r, quote, when, step(r, quote, progress));
    }
  }
}

/** A scratched runner may move once more, and some of the others shorten. */
function react(r: Random, quotes: readonly Quote[], out: Quote, at: number): void {
  if (out.entrant.scratching?.price === 'moved' && out.busyUntil <= at) {
    append(r, out, at + r.between(100, 2000), moved(out.rung, r.chance(0.5) ? 1 : -1));
  }
  const others = quotes.filter(
    (quote) => quote !== out && quote.busyUntil <= at && !isScratched(quote.entrant, at),
  );
  for (const quote of r.shuffle(others).slice(0, out.rung < nearestRung(12) ? 3 : 1)) {
    append(r, quote, at + r.between(3000, 3050), moved(quote.rung, -1));
  }
}

function unpriced(entrant: Entrant, left: number): Quote {
  return {
    entrant,
    path: { at: [], nanos: [], odds: [], high: [], low: [], swapped: [] },
    open: nearestRung(1 / (entrant.openChance * bookPercent)),
    close: nearestRung(1 / ((entrant.closeChance / left) * bookPercent)),
    rung: 0,
    busyUntil: Infinity,
  };
}

/** Something that moves prices, at an instant. */
interface Happening {
  readonly at: number;
  readonly run: () => void;
}

/** The first price of a runner, and what comes of its scratching. */
function runnerHappenings(r: Random, quotes: readonly Quote[], quote: Quote): Happening[] {
  const { entrant, open } = quote;
  const opening = () => {
    if (!isScratched(entrant, entrant.pricedAt)) append(r, quote, entrant.pricedAt, open);
  };
  const leaving = (at: number) => () => {
    react(r, quotes, quote, at);
  };
  const { scratching } = entrant;
  return [
    { at: entrant.pricedAt, run: opening },
    ...(scratching ? [{ at: scratching.at, run: leaving(scratching.at) }] : []),
  ];
}

/** The price paths of a race's runners, in the order of the field; none changes after betting has ended. */
export function drawPrices(r: Random, field: readonly Entrant[], timetable: Timetable): PricePath[] {
  const left = field.filter(runsAtLast).reduce((sum, entrant) => sum + entrant.closeChance, 0);
  const quotes = field.map((entrant) => unpriced(entrant, left));
  const opens = Math.min(...field.map((entrant) => entrant.pricedAt));
  const strokes = repricings(r, timetable, opens + 60_000).map(({ at, band }): Happening => {
    const run = () => {
      reprice(r, quotes, at, band, timetable);
    };
    return { at, run };
  });
  // Reactions take up to three seconds, which betting must still have.
  const last = bettingEnds(timetable) - 5000;
  const others = quotes.flatMap((quote) => runnerHappenings(r, quotes, quote)).filter(({ at }) => at < last);
  for (const { run } of [...strokes, ...others].toSorted((a, b) => a.at - b.at)) run();
  return quotes.map(({ path }) => path);
}
