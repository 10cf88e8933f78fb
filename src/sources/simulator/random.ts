/** A seeded stream of random numbers: the same key gives the same stream on any machine. */
export interface Random {
  /** From 0 up to but not including 1. */
  readonly unit: () => number;
  readonly between: (low: number, high: number) => number;
  /** A whole number, both ends included. */
  readonly int: (low: number, high: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(list: readonly T[]) => T;
  /** Mean 0, standard deviation 1. */
  readonly normal: () => number;
  readonly exponential: (mean: number) => number;
  readonly lognormal: (median: number, sigma: number) => number;
  readonly poisson: (mean: number) => number;
  /** A copy of the list in another order. */
  readonly shuffle: <T>(list: readonly T[]) => T[];
}

/** Four 32-bit words that stand for a key. */
export function hashWords(key: string): [number, number, number, number] {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  let d = 0xdeadbeef;
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    a = b ^ Math.imul(a ^ code, 0x85ebca6b);
    b = c ^ Math.imul(b ^ code, 0xc2b2ae35);
    c = d ^ Math.imul(c ^ code, 0x27d4eb2f);
    d = a ^ Math.imul(d ^ code, 0x165667b1);
  }
  return [mix(a ^ d), mix(b ^ a), mix(c ^ b), mix(d ^ c)];
}

/** Spreads the bits of a 32-bit word over the whole word (the finalizer of murmur3). */
export function mix(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** A number from 0 up to 1 that two whole numbers always give. */
export function noise(a: number, b: number): number {
  return mix(mix(a | 0) ^ Math.imul(b | 0, 0x9e3779b9)) / 2 ** 32;
}

function sfc32(key: string): () => number {
  let [a, b, c, counter] = hashWords(key);
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** The stream that belongs to a key, such as a seed, a race and a purpose. */
export function random(...key: readonly (string | number)[]): Random {
  const unit = sfc32(key.join('|'));
  const between = (low: number, high: number) => low + (high - low) * unit();
  const int = (low: number, high: number) => Math.floor(between(low, high + 1));
  const exponential = (mean: number) => -mean * Math.log(1 - unit());
  const normal = () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
  return {
    unit,
    between,
    int,
    chance: (probability) => unit() < probability,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RangeError('nothing to pick from');
      return list[int(0, list.length - 1)] as T;
    },
    normal,
    exponential,
    lognormal: (median, sigma) => median * Math.exp(sigma * normal()),
    poisson(mean) {
      let count = 0;
      for (let left = exponential(1); left < mean; left += exponential(1)) count += 1;
      return count;
    },
    shuffle<T>(list: readonly T[]): T[] {
      const copy = [...list];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = int(0, i);
        [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
      }
      return copy;
    },
  };
}
