import { signal } from '@preact/signals';
import type { ReadonlySignal, Signal } from '@preact/signals';
import type { Point } from './points.ts';
import { insert, thin } from './points.ts';

/** Points of a line that are kept; beyond twice as many it is thinned. */
const most = 1_000;

const none: readonly Point[] = [];

/** Lines by their id, bounded in memory. */
export class Lines {
  readonly #lines = new Map<string, Point[]>();
  readonly #touched = new Set<string>();
  readonly #revisions = new Map<string, Signal<number>>();
  readonly #revision = signal(0);

  /** Rises when any line was changed, once for all the changes of a moment. */
  get revision(): ReadonlySignal<number> {
    return this.#revision;
  }

  get ids(): readonly string[] {
    return [...this.#lines.keys()];
  }

  /** A line's points, changed in place: who reads them here is told when they were. */
  get(id: string): readonly Point[] {
    let revision = this.#revisions.get(id);
    if (!revision) this.#revisions.set(id, (revision = signal(0)));
    return revision.value >= 0 ? this.peek(id) : none;
  }

  /** A line's points, without being told of changes. */
  peek(id: string): readonly Point[] {
    return this.#lines.get(id) ?? none;
  }

  add(id: string, point: Point): void {
    let points = this.#lines.get(id);
    if (!points) this.#lines.set(id, (points = []));
    insert(points, point);
    if (points.length > 2 * most) this.#lines.set(id, [...thin(points, most)]);
    this.#touched.add(id);
  }

  /** Tells what was added since. */
  tell(): void {
    if (this.#touched.size === 0) return;
    for (const id of this.#touched) {
      const revision = this.#revisions.get(id);
      if (revision) revision.value++;
    }
    this.#touched.clear();
    this.#revision.value++;
  }

  clear(): void {
    for (const id of this.#lines.keys()) this.#touched.add(id);
    this.#lines.clear();
  }
}
