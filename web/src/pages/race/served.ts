import { poolName } from '../../format/words.ts';

/** What results say, read from what the source served: its form is open, and what does not fit is left out. */
export interface Placing {
  readonly position: number;
  readonly number: number | null;
  readonly name: string;
  /** Lengths behind the winner. */
  readonly margin: number | null;
}

/** What a pool paid. */
export interface Dividend {
  /** In words, such as `First Four`. */
  readonly product: string;
  /** Who ran the pool (`NZ`, `VIC`, `QLD`, `NSW`); null when the source does not say. */
  readonly operator: string | null;
  /** Runner numbers in the order of their places, such as `7:2:1`; over several races as served. */
  readonly selection: string;
  /** Dollars for one. */
  readonly pays: number;
}

/** One line of the table of dividends: a selection, and what each pool paid for it. */
export interface DividendLine {
  readonly product: string;
  readonly selection: string;
  /** Dollars for one by operator. Two amounts of one operator are two copies that the source served. */
  readonly pays: ReadonlyMap<string | null, readonly number[]>;
}

/** A revision of a result, as far as amendments are judged by it. */
export interface ServedResult {
  readonly revision: number;
  readonly status: string;
  readonly placings: unknown;
  readonly dividends: unknown;
}

/** Returns the placings by position. Runners of a dead heat share theirs. */
export function placings(served: unknown): readonly Placing[] {
  return list(served)
    .flatMap((item): Placing[] => {
      const position = numberOf(item.position);
      const name = textOf(item.name);
      if (position === null || name === null) return [];
      return [{ position, name, number: numberOf(item.runner_number), margin: numberOf(item.margin_length) }];
    })
    .toSorted((a, b) => a.position - b.position);
}

/** Returns the dividends that stand: where Interim and Final copies are side by side, the final ones. */
export function dividends(served: unknown): readonly Dividend[] {
  const all = list(served);
  const final = all.filter(isFinal);
  return (final.length > 0 ? final : all).flatMap((item) => dividendOf(item) ?? []);
}

/**
 * Returns the dividends line by line, in the order in which people read them: Win, Place, the exotics, then products
 * over several races; within a product as served, which is the order of the placings.
 */
export function dividendLines(paid: readonly Dividend[]): readonly DividendLine[] {
  const lines = new Map<string, DividendLine & { readonly pays: Map<string | null, number[]> }>();
  for (const { product, operator, selection, pays } of paid) {
    const key = `${product}|${selection}`;
    const line = lines.get(key) ?? { product, selection, pays: new Map<string | null, number[]>() };
    lines.set(key, line);
    line.pays.set(operator, [...(line.pays.get(operator) ?? []), pays]);
  }
  return [...lines.values()].toSorted(
    (a, b) => rankOf(a.product) - rankOf(b.product) || a.product.localeCompare(b.product),
  );
}

/**
 * Returns whether a result was amended: a later final revision contradicts an earlier one in a placing or in a
 * dividend. Interim results that become final, and dividends that are added, amend nothing.
 * @param results every revision known, in any order
 */
export function isAmended(results: readonly ServedResult[]): boolean {
  const final = results
    .filter(({ status }) => status.toLowerCase() === 'final')
    .toSorted((a, b) => a.revision - b.revision);
  return final.some((result, place) => {
    const before = final[place - 1];
    if (before === undefined) return false;
    return (
      contradicts(positionsOf(before), positionsOf(result)) || contradicts(paidBy(before), paidBy(result))
    );
  });
}

function contradicts(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): boolean {
  return [...before].some(([key, value]) => after.get(key) !== value);
}

function positionsOf({ placings: served }: ServedResult): ReadonlyMap<string, string> {
  return new Map(placings(served).map(({ name, position }) => [name, String(position)]));
}

/** Final dividends only: the interim copies beside them come and go. */
function paidBy({ dividends: served }: ServedResult): ReadonlyMap<string, string> {
  return new Map(
    dividendLines(
      list(served)
        .filter(isFinal)
        .flatMap((item) => dividendOf(item) ?? []),
    ).flatMap(({ product, selection, pays }) =>
      [...pays].map(
        ([operator, amounts]) =>
          [`${product}|${selection}|${operator ?? ''}`, amounts.toSorted((a, b) => a - b).join()] as const,
      ),
    ),
  );
}

function isFinal(item: Served): boolean {
  return textOf(item.status)?.toLowerCase() === 'final';
}

function dividendOf(item: Served): Dividend | null {
  const product = textOf(item.product_name);
  const pays = numberOf(item.dividend);
  if (product === null || pays === null) return null;
  return {
    product: poolName(product.replace(/^(Pool|Tote) /, ''), null),
    operator: textOf(item.tote),
    selection: textOf(item.description) ?? selectionOf(item.positions),
    pays,
  };
}

/** Australian dividends name their runners by their places alone. */
function selectionOf(served: unknown): string {
  return list(served)
    .toSorted((a, b) => (numberOf(a.position) ?? Infinity) - (numberOf(b.position) ?? Infinity))
    .flatMap(({ runner_number }) => numberOf(runner_number) ?? [])
    .join(':');
}

const productOrder = [
  ...['Win', 'Place', 'Quinella', 'Exacta', 'Duet', 'Trifecta', 'First Four', 'First 4', 'First4'],
  ...['Running Double', 'Daily Double', 'Double', 'Treble', 'Early Quadrella', 'Quadrella', 'Big 6'],
];

function rankOf(product: string): number {
  const rank = productOrder.indexOf(product);
  return rank < 0 ? productOrder.length : rank;
}

type Served = Readonly<Record<string, unknown>>;

function list(served: unknown): readonly Served[] {
  if (!Array.isArray(served)) return [];
  return served.filter(
    (item): item is Record<string, unknown> =>
      typeof item === 'object' && item !== null && !Array.isArray(item),
  );
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
