import type { Drift } from '../../domain/snapshot.ts';
import { isTooDeep } from './depth.ts';
import { limits } from './limits.ts';

/** What of a response is not of the type that the feed documents, each kind once. */
export class Drifts {
  readonly #kinds = new Map<string, Drift>();

  /** @param received what was served there, in a few words of ours */
  add(field: string, received: string): void {
    if (this.#kinds.size >= maxKinds) return;
    // Names of properties are the feed's own.
    const name = field.slice(0, maxNameLength).toWellFormed();
    this.#kinds.set(`${name} ${received}`, { field: name, received });
  }

  /** Absent when there are none, as nearly always. */
  get found(): { drifts?: readonly Drift[] } {
    return this.#kinds.size === 0 ? {} : { drifts: [...this.#kinds.values()] };
  }
}

const maxKinds = 100;
const maxNameLength = 100;

/**
 * Reads properties that no price depends on. One of another type becomes text in a column of text and null in any other;
 * it is reported, and kept as served among the {@link extra} properties.
 */
export class Fields {
  readonly #served: Readonly<Record<string, unknown>>;
  readonly #place: string;
  readonly #drifts: Drifts;
  #drifted: Set<string> | null = null;

  /** @param place by which its properties are reported, such as `runners` */
  constructor(served: Readonly<Record<string, unknown>>, place: string, drifts: Drifts) {
    this.#served = served;
    this.#place = place;
    this.#drifts = drifts;
  }

  text(name: string): string | null {
    const value = this.#served[name];
    if (value == null) return null;
    if (typeof value !== 'string') {
      this.drift(name);
      return textOf(value);
    }
    if (value.isWellFormed()) return value;
    // No store keeps half of a surrogate pair, and what it gives back would look like a change.
    this.drift(name, 'text with half a surrogate pair');
    return value.toWellFormed();
  }

  /** A whole number. */
  whole(name: string): number | null {
    const value = this.#served[name];
    return value == null || Number.isSafeInteger(value)
      ? ((value ?? null) as number | null)
      : this.drift(name);
  }

  flag(name: string): boolean | null {
    const value = this.#served[name];
    return value == null || typeof value === 'boolean' ? (value ?? null) : this.drift(name);
  }

  /** A number within bounds, such as those of a time. */
  between(name: string, min: number, max: number): number | null {
    const value = this.#served[name];
    if (value == null) return null;
    return typeof value === 'number' && value >= min && value <= max ? value : this.drift(name);
  }

  /** Any value, as JSON. */
  json(name: string): string | null {
    const value = this.#served[name];
    if (value == null) return null;
    return isTooDeep(value) ? this.drift(name, tooDeep) : JSON.stringify(value);
  }

  list(name: string, max: number): readonly unknown[] {
    const value = this.#served[name];
    if (value == null) return [];
    if (Array.isArray(value) && value.length <= max) return value as readonly unknown[];
    this.drift(name, Array.isArray(value) ? tooMany : undefined);
    return [];
  }

  /** An object within; empty when it is none. */
  object(name: string): Readonly<Record<string, unknown>> {
    const value = this.#served[name];
    if (value == null) return {};
    if (typeof value === 'object' && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
    this.drift(name);
    return {};
  }

  /** Reports a property, and has it kept as served. */
  drift(name: string, received: string = typeOf(this.#served[name])): null {
    this.#drifts.add(`${this.#place}.${name}`, received);
    (this.#drifted ??= new Set()).add(name);
    return null;
  }

  /** The properties that have no place of their own, or did not fit it, as served. */
  extra(placed: ReadonlySet<string | undefined>): Record<string, unknown> {
    const extra: Record<string, unknown> = {};
    const names = Object.keys(this.#served);
    if (names.length > limits.properties + placed.size) {
      this.#drifts.add(this.#place, tooMany);
      return extra;
    }
    for (const name of names) {
      if (placed.has(name) && this.#drifted?.has(name) !== true) continue;
      const value = this.#served[name];
      // One that is named `__proto__` would become the prototype.
      if (name === '__proto__') this.#drifts.add(`${this.#place}.${name}`, 'a name that is not kept');
      else if (isTooDeep(value)) this.#drifts.add(`${this.#place}.${name}`, tooDeep);
      else extra[name] = value;
    }
    return extra;
  }
}

/** What is reported of a value of which nothing is kept but in quarantine. */
export const tooDeep = 'nested too deep';
const tooMany = 'too many members';

function textOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return isTooDeep(value) ? null : JSON.stringify(value);
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  return typeof value === 'string' ? 'text' : typeof value;
}
