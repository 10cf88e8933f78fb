import { field, list, number, text, type Json } from './json.ts';
import { priceOf } from './price.ts';
import { cut } from './times.ts';

export interface Fluctuation {
  time: string;
  price: number | null;
}

/**
 * The dated entries of a runner, oldest first. Entries of one time lie by their price's last place in `flucs`, then in
 * the order open, nine_am, high, low, last_six. An entry served twice (same time and price) is one entry.
 */
export function fluctuationsOf(runner: Json): Fluctuation[] {
  const served = field(runner, 'flucs_with_timestamp');
  const prices = list(field(runner, 'flucs')).map((price) => number(price));
  const place = (entry: Fluctuation): number => prices.lastIndexOf(entry.price);
  return [
    ...dated(['open', 'nine_am', 'high', 'low'].map((name) => field(served, name))),
    ...lastSixOf(runner),
  ]
    .sort((a, b) => compareText(a.time, b.time) || place(a) - place(b))
    .filter((entry, index, all) => all.findIndex((other) => same(other, entry)) === index);
}

export function lastSixOf(runner: Json): Fluctuation[] {
  return dated(list(field(field(runner, 'flucs_with_timestamp'), 'last_six')));
}

function dated(entries: (Json | undefined)[]): Fluctuation[] {
  return entries.flatMap((entry) => {
    const timestamp = text(field(entry, 'timestamp'));
    if (timestamp === null || timestamp.startsWith('0001-')) return [];
    return [{ time: cut(timestamp), price: priceOf(field(entry, 'fluc')) }];
  });
}

function same(a: Fluctuation, b: Fluctuation): boolean {
  return a.time === b.time && a.price === b.price;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
