import type { SchedulerLike } from 'rxjs';
import type { Followable } from '../../journal/cursors.ts';
import { cursorName } from '../../journal/cursors.ts';
import type { Followed } from '../../journal/followed.ts';
import type { AppwriteError } from './errors.ts';

/** Longer than a server is known to have held a write that its caller had given up. */
const doubtMs = 180_000;

interface Doubt {
  readonly part: Followable;
  /** Where the cursor stood. */
  readonly seq: number;
  /** Time of the scheduler at which the rows are sent again. */
  readonly due: number;
}

/**
 * Remembers writes of current rows that were given up without an answer. The server may still make them, later
 * than newer ones of the same rows; so everything written since is sent again after a while. A row that is as it
 * should be costs nothing then.
 */
export class Doubts {
  readonly #followed: Pick<Followed, 'cursor' | 'acknowledge'>;
  readonly #scheduler: SchedulerLike;
  readonly #doubts = new Map<string, Doubt>();

  constructor(followed: Pick<Followed, 'cursor' | 'acknowledge'>, scheduler: SchedulerLike) {
    this.#followed = followed;
    this.#scheduler = scheduler;
  }

  /** @param seq where the cursor stood when the call was made */
  add(part: Followable, seq: number, { fault, status }: AppwriteError): void {
    if (fault !== 'timeout' && status !== 504) return;
    const name = cursorName(part);
    const since = Math.min(seq, this.#doubts.get(name)?.seq ?? seq);
    this.#doubts.set(name, { part, seq: since, due: this.#scheduler.now() + doubtMs });
  }

  /**
   * Moves back the cursors of the parts whose time has come.
   * @returns their names
   */
  settle(): string[] {
    const now = this.#scheduler.now();
    const settled: string[] = [];
    for (const [name, { part, seq, due }] of this.#doubts) {
      if (due > now) continue;
      this.#doubts.delete(name);
      settled.push(name);
      if (this.#followed.cursor(part) > seq) this.#followed.acknowledge(part, seq, [], now);
    }
    return settled;
  }
}
