import { signal } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';

interface Told {
  readonly seq: number;
}

/**
 * Things by their id, each with a signal of its own: when one changes, only what shows that one is drawn again.
 */
export class Board<T extends Told> {
  readonly #things = new Map<string, Signal<T>>();
  readonly #ids = signal<readonly string[]>([]);
  readonly #order: (a: T, b: T) => number;
  readonly #id: (thing: T) => string;

  constructor(id: (thing: T) => string, order: (a: T, b: T) => number) {
    this.#id = id;
    this.#order = order;
  }

  /** The ids in order. */
  get ids(): ReadonlySignal<readonly string[]> {
    return this.#ids;
  }

  get(id: string): ReadonlySignal<T> | undefined {
    return this.#things.get(id);
  }

  /** What stands now, in order. */
  all(): readonly T[] {
    return this.#ids.value.flatMap((id) => this.#things.get(id)?.value ?? []);
  }

  /** Puts a thing in place, unless a newer state of it is known. */
  put(thing: T): void {
    this.#set(thing);
    this.#sort();
  }

  /** Changes what is known of a thing. */
  change(id: string, to: (thing: T) => T): void {
    const known = this.#things.get(id);
    if (known) known.value = to(known.peek());
  }

  /** These and no others. */
  replace(things: readonly T[]): void {
    const ids = new Set(things.map(this.#id));
    for (const id of this.#things.keys()) if (!ids.has(id)) this.#things.delete(id);
    for (const thing of things) this.#set(thing);
    this.#sort();
  }

  remove(id: string): void {
    if (this.#things.delete(id)) this.#sort();
  }

  #set(thing: T): void {
    const id = this.#id(thing);
    const known = this.#things.get(id);
    if (!known) this.#things.set(id, signal(thing));
    else if (thing.seq >= known.peek().seq) known.value = thing;
  }

  #sort(): void {
    const ids = [...this.#things.values()]
      .map((thing) => thing.peek())
      .toSorted(this.#order)
      .map(this.#id);
    const before = this.#ids.peek();
    if (ids.length !== before.length || ids.some((id, place) => id !== before[place])) this.#ids.value = ids;
  }
}
