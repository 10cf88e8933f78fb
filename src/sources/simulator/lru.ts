/** A bounded memory of things that can be made again. */
export interface Lru<V> {
  /** The value of a key, made when it is not there; what was used longest ago makes room. */
  get(key: string, make: () => V): V;
  readonly size: number;
}

/** Keeps up to `capacity` values. */
export function lru<V>(capacity: number): Lru<V> {
  const values = new Map<string, V>();
  return {
    get(key, make) {
      const found = values.get(key);
      if (found !== undefined) {
        values.delete(key);
        values.set(key, found);
        return found;
      }
      const made = make();
      values.set(key, made);
      if (values.size > capacity) {
        const [oldest] = values.keys();
        if (oldest !== undefined) values.delete(oldest);
      }
      return made;
    },
    get size() {
      return values.size;
    },
  };
}
