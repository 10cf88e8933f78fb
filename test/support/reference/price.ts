import { number, type Json } from './json.ts';

/** 0, negative and absent prices are no price. */
export function priceOf(served: Json | undefined): number | null {
  const price = number(served);
  return price !== null && price > 0 ? price : null;
}
