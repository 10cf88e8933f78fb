import { describe, expect, it } from 'vitest';
import { dayOfDate } from '../../src/sources/simulator/nz-time.ts';
import { fluctuationView } from '../../src/sources/simulator/fluctuations.ts';
import { isScratched } from '../../src/sources/simulator/field.ts';
import { bandOf, bands } from '../../src/sources/simulator/intensity.ts';
import { ladder, nearestRung, placePrice, priceOf } from '../../src/sources/simulator/ladder.ts';
import { stateAt } from '../../src/sources/simulator/market.ts';
import { countAt, type PricePath } from '../../src/sources/simulator/prices.ts';
import { slotAt } from '../../src/sources/simulator/refresh.ts';
import { advertisedStart, bettingEnds } from '../../src/sources/simulator/timetable.ts';
import { filled } from '../../src/sources/simulator/tote.ts';
import { createWorld } from '../../src/sources/simulator/world.ts';

const world = createWorld(11, 240);
const stories = world
  .programme(dayOfDate('2026-03-10') ?? 0)
  .flatMap(({ races }) => races)
  .map(({ id }) => world.race(id))
  .filter((story) => story !== null);

/** Changes of every runner in a race as instants, first prices left out, in order. */
function changesOf(paths: readonly PricePath[]): number[] {
  return paths.flatMap(({ at }) => at.slice(1)).toSorted((a, b) => a - b);
}

describe('the ladder', () => {
  it('rises, and finds the nearest rung', () => {
    expect(ladder).toEqual([...new Set(ladder)].toSorted((a, b) => a - b));
    for (const [rung, price] of ladder.entries()) expect(nearestRung(price)).toBe(rung);
    expect(priceOf(nearestRung(0.5))).toBe(1.01);
    expect(priceOf(nearestRung(9999))).toBe(501);
    expect(priceOf(-3)).toBe(1.01);
  });

  it('has place prices below win prices, and none for none', () => {
    for (const price of ladder.slice(1)) expect(placePrice(price, 3)).toBeLessThanOrEqual(price);
    expect(placePrice(0, 3)).toBe(0);
  });
});

describe('fixed-win prices', () => {
  it('change as often as the real ones, by time to the advertised start', () => {
    const changes = new Map(bands.map((band) => [band, 0]));
    const minutes = new Map(bands.map((band) => [band, 0]));
    const add = (to: Map<unknown, number>, key: unknown, by: number) => to.set(key, (to.get(key) ?? 0) + by);
    for (const { card, field, paths } of stories) {
      const band = (at: number) => bandOf((advertisedStart(card.timetable, at) - at) / 1000);
      for (const at of changesOf(paths)) add(changes, band(at), 1);
      const first = Math.min(...field.map(({ pricedAt }) => pricedAt)) + 60_000;
      for (let at = first; at < bettingEnds(card.timetable); at += 5000) add(minutes, band(at), 5 / 60);
    }
    for (const band of bands) {
      const measured = (changes.get(band) ?? 0) / (minutes.get(band) ?? 1);
      expect(measured / band.changesPerMinute, `more than ${band.over} s before`).toBeGreaterThan(0.85);
      expect(measured / band.changesPerMinute, `more than ${band.over} s before`).toBeLessThan(1.15);
    }
  });

  it('come in strokes: most quarter minutes between 5 and 1 minutes before see none', () => {
    let quiet = 0;
    let spans = 0;
    for (const { card, paths } of stories.filter((story) => story.card.timetable.moves.length === 0)) {
      const changes = changesOf(paths);
      for (let at = card.start - 300_000; at < card.start - 75_000; at += 15_000) {
        spans += 1;
        if (!changes.some((change) => change >= at && change < at + 15_000)) quiet += 1;
      }
    }
    expect(quiet / spans).toBeGreaterThan(0.5);
    expect(quiet / spans).toBeLessThan(0.85);
  });

  it('really change each time, in the order of time, and never after betting has ended', () => {
    for (const { card, paths } of stories) {
      for (const { at, odds } of paths) {
        expect(odds.every((price, index) => price !== odds[index - 1] && ladder.includes(price))).toBe(true);
        expect(at.every((time, index) => index === 0 || time > (at[index - 1] ?? 0))).toBe(true);
        expect(at.at(-1) ?? 0).toBeLessThan(bettingEnds(card.timetable));
      }
    }
  });

  it('spike and come back within seconds at times', () => {
    const spikes = stories.flatMap(({ paths }) =>
      paths.flatMap(({ at, odds }) =>
        odds.flatMap((price, index) => {
          const lasted = (at[index] ?? 0) - (at[index - 1] ?? 0);
          return index > 1 && price === odds[index - 2] && lasted < 9500 ? [lasted] : [];
        }),
      ),
    );
    expect(spikes.length / stories.length).toBeGreaterThan(2);
    expect(Math.min(...spikes)).toBeLessThan(1000);
  });

  it('stay put while a runner is scratched, which keeps, moves or loses its price', () => {
    const seen = new Set<string>();
    for (const { field, paths, card } of stories) {
      for (const [index, entrant] of field.entries()) {
        const { scratching } = entrant;
        const path = paths[index];
        if (!scratching || !path || scratching.until !== null) continue;
        seen.add(scratching.price);
        expect(path.at.filter((at) => at > scratching.at + 10_000)).toEqual([]);
        expect(isScratched(entrant, scratching.at)).toBe(true);
        const story = world.race(card.id);
        const state = story ? stateAt(story, slotAt(card, bettingEnds(card.timetable) + 60_000)) : null;
        const runner = state?.runners[index];
        expect(runner?.poolWin).toBeNull();
        if (scratching.price === 'zero') expect(runner?.fixedWin).toBe(0);
        else if (path.odds.length > 0) expect(runner?.fixedWin).toBe(path.odds.at(-1));
      }
    }
    expect(seen).toEqual(new Set(['kept', 'moved', 'zero']));
  });

  it('leave some runners without a price at first, served as 0 or not at all', () => {
    const first = stories.flatMap((story) => {
      const opens = Math.min(...story.field.map(({ pricedAt }) => pricedAt));
      const state = stateAt(story, slotAt(story.card, opens + 60_000));
      return state.runners.filter(({ changes, scratched }) => changes === 0 && !scratched);
    });
    expect(first.some(({ fixedWin }) => fixedWin === 0)).toBe(true);
    expect(first.some(({ fixedWin }) => fixedWin === null)).toBe(true);
  });
});

describe('fluctuations', () => {
  const path: PricePath = {
    at: [10, 20, 30, 40, 50, 60, 70, 80],
    nanos: [1, 1, 1, 1, 1, 1, 1, 1],
    odds: [5, 6, 4, 4.5, 7, 6.5, 6, 5.5],
    high: [0, 1, 1, 1, 4, 4, 4, 4],
    low: [0, 0, 2, 2, 2, 2, 2, 2],
    swapped: [false, false, false, false, false, true, false, false],
  };

  it('are the last six while betting is open', () => {
    expect(fluctuationView(path, 4, true, 45, 25)).toMatchObject({
      lastSix: [0, 1, 2, 3],
      high: 1,
      low: 2,
      nineAm: 1,
    });
    expect(fluctuationView(path, 8, true, 90, 100).lastSix).toEqual([2, 3, 5, 4, 6, 7]);
    expect(fluctuationView(path, 8, true, 90, 100).nineAm).toBeNull();
    expect(fluctuationView(path, 0, true, 5, 5).lastSix).toEqual([]);
  });

  it('are the first, highest, lowest and last afterwards', () => {
    expect(fluctuationView(path, 8, false, 90, 25).lastSix).toEqual([0, 2, 4, 7]);
    expect(fluctuationView(path, 1, false, 90, 25).lastSix).toEqual([0]);
  });

  it('are out of order for about one runner in twenty', () => {
    const views = stories.flatMap(({ paths, card }) =>
      paths.map((each) => {
        const at = card.start - 60_000;
        return fluctuationView(each, countAt(each, at), true, at, 0).lastSix;
      }),
    );
    const unsorted = views.filter((view) =>
      view.some((place, index) => index > 0 && place < (view[index - 1] ?? 0)),
    );
    expect(unsorted.length / views.length).toBeGreaterThan(0.02);
    expect(unsorted.length / views.length).toBeLessThan(0.09);
  });
});

describe('pools', () => {
  it('fill mostly in the last minutes and never shrink', () => {
    expect(filled(7 * 60)).toBeLessThan(0.35);
    expect(filled(3600)).toBeLessThan(0.15);
    expect(filled(0)).toBe(1);
    for (const story of stories.filter((_, index) => index % 40 === 0)) {
      const last = slotAt(story.card, bettingEnds(story.card.timetable) + 3_600_000);
      let before: readonly number[] = [];
      for (let slot = last - 900; slot <= last; slot += 1) {
        const totals = stateAt(story, slot).pools.map(({ total }) => total);
        expect(totals.every((total, index) => total >= (before[index] ?? 0))).toBe(true);
        expect(totals.every((total) => Math.abs(total * 100 - Math.round(total * 100)) < 1e-6)).toBe(true);
        before = totals;
      }
    }
  });

  it('over several races are the same in each of them at the same instant', () => {
    const meeting = world.programme(dayOfDate('2026-03-10') ?? 0).find(({ legs }) => legs.doubles.length > 0);
    const plans = meeting?.races.flatMap(({ id }) => world.race(id)?.pools ?? []) ?? [];
    const products = new Map<string, Set<string>>();
    for (const { product, legs, total, closedBy } of plans) {
      if (legs === null) continue;
      const key = `${product} ${legs.join()}`;
      products.set(key, (products.get(key) ?? new Set()).add(`${total} ${closedBy.number}`));
      expect(closedBy.number).toBe(legs[0]);
    }
    expect([...products.keys()].map((key) => key.split(' ')[0])).toEqual(
      expect.arrayContaining(['Quadrella', 'EarlyQuadrella', 'Treble', 'RunningDouble']),
    );
    expect([...products.values()].every((variants) => variants.size === 1)).toBe(true);
  });
});
