/** What results say, read from what the source served: its form is open, and what does not fit is left out. */
export interface Placing {
  readonly position: number;
  readonly number: number | null;
  readonly name: string;
  /** Lengths behind the winner. */
  readonly margin: number | null;
}

export interface Dividend {
  readonly product: string;
  /** Dollars for one. */
  readonly pays: number;
  /** Runner numbers, such as `7:2:1`. */
  readonly runners: string;
  readonly status: string;
}

/** Placings by position. */
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

/** Dividends as they stand: where Interim and Final copies are side by side, the final ones. */
export function dividends(served: unknown): readonly Dividend[] {
  const all = list(served).flatMap((item): Dividend[] => {
    const product = textOf(item.product_name);
    const pays = numberOf(item.dividend);
    if (product === null || pays === null) return [];
    return [{ product, pays, runners: textOf(item.description) ?? '', status: textOf(item.status) ?? '' }];
  });
  const final = all.filter(({ status }) => status.toLowerCase() === 'final');
  const standing = final.length > 0 ? final : all;
  return standing.toSorted((a, b) => a.product.localeCompare(b.product) || a.pays - b.pays);
}

function list(served: unknown): readonly Readonly<Record<string, unknown>>[] {
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
