/**
 * Stands for a JSON value, to tell whether it changed without keeping it: 64 bits of a hash that is the same
 * whatever the order of an object's keys, and of the members of lists that are told to be unordered. So nothing has
 * to be sorted or written out. It is never stored: another version may compute another one.
 *
 * @param unordered names of properties whose lists come in any order
 * @param anyOrder whether the value itself is such a list
 */
export function fingerprint(value: unknown, unordered: ReadonlySet<string>, anyOrder = false): string {
  const hash = new Hash(unordered);
  hash.of(value, anyOrder);
  return `${(hash.high >>> 0).toString(36)}.${(hash.low >>> 0).toString(36)}`;
}

/** What tells values of different types apart, as seeds. */
const seeds = {
  nothing: 1,
  yes: 2,
  no: 3,
  whole: 4,
  fraction: 5,
  text: 6,
  list: 7,
  bag: 8,
  object: 9,
} as const;

const fraction = new Float64Array(1);
const halves = new Uint32Array(fraction.buffer);

/** Both halves of the last value's hash; mixing is that of cyrb53 (public domain). */
class Hash {
  high = 0;
  low = 0;
  readonly #unordered: ReadonlySet<string>;

  constructor(unordered: ReadonlySet<string>) {
    this.#unordered = unordered;
  }

  of(value: unknown, anyOrder: boolean): void {
    switch (typeof value) {
      case 'string':
        this.#text(value, seeds.text);
        break;
      case 'number':
        this.#number(value);
        break;
      case 'boolean':
        this.#finish(seeds.yes, value ? seeds.yes : seeds.no);
        break;
      case 'object':
        if (value === null) this.#finish(seeds.nothing, 0);
        else if (Array.isArray(value)) this.#list(value, anyOrder);
        else this.#object(value as Readonly<Record<string, unknown>>);
        break;
      default:
        // JSON has nothing else.
        this.#finish(seeds.nothing, 0);
    }
  }

  #text(text: string, seed: number): void {
    let high = seed ^ 0xdeadbeef;
    let low = seed ^ 0x41c6ce57;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      high = Math.imul(high ^ code, 2654435761);
      low = Math.imul(low ^ code, 1597334677);
    }
    this.#finish(high, low ^ text.length);
  }

  #number(value: number): void {
    const whole = value | 0;
    if (whole === value) {
      this.#finish(seeds.whole, whole);
      return;
    }
    fraction[0] = value;
    this.#finish((halves[1] ?? 0) ^ seeds.fraction, halves[0] ?? 0);
  }

  #list(list: readonly unknown[], anyOrder: boolean): void {
    let high: number = anyOrder ? seeds.bag : seeds.list;
    let low = list.length;
    for (const member of list) {
      this.of(member, false);
      if (!anyOrder) {
        high = Math.imul(high, 2654435761);
        low = Math.imul(low, 1597334677);
      }
      high = (high + this.high) | 0;
      low = (low + this.low) | 0;
    }
    this.#finish(high, low);
  }

  #object(object: Readonly<Record<string, unknown>>): void {
    let high: number = seeds.object;
    let low = 0;
    for (const key of Object.keys(object)) {
      const value = object[key];
      this.of(value, this.#unordered.has(key));
      const valueHigh = this.high;
      const valueLow = this.low;
      this.#text(key, seeds.object);
      this.#finish(this.high ^ Math.imul(valueHigh, 0x9e3779b1), this.low ^ Math.imul(valueLow, 0x85ebca6b));
      high = (high + this.high) | 0;
      low = (low + this.low) | 0;
    }
    this.#finish(high, low);
  }

  #finish(high: number, low: number): void {
    const one = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
    const other = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
    this.high = one;
    this.low = other;
  }
}
