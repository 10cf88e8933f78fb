/**
 * Runs synchronous work piece by piece, one in a turn of the event loop: between two pieces everything else is served,
 * however many wait.
 */
export class Gate {
  readonly #waiting = new Map<unknown, { readonly result: Promise<unknown>; readonly start: () => void }>();

  /**
   * Runs work when its turn has come.
   * @param key names the work: who asks for the same while it waits shares its result
   */
  run<T>(key: unknown, work: () => T): Promise<T> {
    const known = this.#waiting.get(key);
    // The same key is the same work, with the same type.
    if (known !== undefined) return known.result as Promise<T>;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const start = (): void => {
      try {
        resolve(work());
      } catch (error) {
        reject(error);
      }
    };
    if (this.#waiting.size === 0) setImmediate(this.#next);
    this.#waiting.set(key, { result: promise, start });
    return promise;
  }

  readonly #next = (): void => {
    const [first] = this.#waiting;
    if (first === undefined) return;
    const [key, { start }] = first;
    this.#waiting.delete(key);
    start();
    if (this.#waiting.size > 0) setImmediate(this.#next);
  };
}
