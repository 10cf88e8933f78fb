import { rowId } from '../domain/ids.ts';
import type { Change, GapRow } from '../domain/tables.ts';
import { timestamp } from '../domain/time.ts';
import { getMeta, liveRaces, openGap, setMeta } from './queries.ts';
import { millis } from './rows.ts';
import type { Prepare } from './writer.ts';

/** Meta key that tells how the last recorder ended: `ended`, a time since which answers may be missing, or not at all. */
const recorderKey = 'recorder';
const atWork = 'at work';
const ended = 'ended';

/** Knows whether a recorder left anything behind: answers that it had and that are not committed. */
export class Interruption {
  readonly #prepare: Prepare;
  #underWayMs = 0;
  #missingSince: number | null = null;

  constructor(prepare: Prepare) {
    this.#prepare = prepare;
  }

  /**
   * The gaps that the recorder before left. An answer that it had and had not committed is gone, and nothing tells
   * whose that was. So every race that is not settled has one, unless it has a gap already. It begins with the oldest
   * poll that can have been under way, or with the last good one of its race, and its next good poll ends it.
   *
   * @param lastCommit epoch milliseconds of the newest row
   * @param underWayMs the longest from a poll's start to its commit, milliseconds
   */
  gaps(lastCommit: number, underWayMs: number): Change[] {
    this.#underWayMs = underWayMs;
    const end = getMeta(this.#prepare, recorderKey);
    if (end === null || end === ended) return [];
    const since = end === atWork ? lastCommit - underWayMs : millis(end);
    return liveRaces(this.#prepare)
      .filter(({ race_id }) => openGap(this.#prepare, race_id) === null)
      .map(({ race_id, last_good_poll_at }) => {
        const from = Math.max(since, last_good_poll_at ?? -Infinity);
        return { table: 'gaps', row: interrupted(race_id, timestamp(from)) };
      });
  }

  /** A recorder is at work from now on. */
  begin(): void {
    setMeta(this.#prepare, recorderKey, atWork);
  }

  /** @param now when a commit failed, epoch milliseconds: the gap that it left may fail to be committed as well */
  commitFailed(now: number): void {
    this.#missingSince ??= now - this.#underWayMs;
  }

  /** The recorder ends with nothing under way. */
  end(): void {
    setMeta(this.#prepare, recorderKey, this.#missingSince === null ? ended : timestamp(this.#missingSince));
  }
}

function interrupted(raceId: string, from: string): GapRow {
  const reason = 'stopped';
  return {
    id: rowId(raceId, null, from, reason),
    race_id: raceId,
    entrant_id: null,
    from_time: from,
    to_time: null,
    reason,
    expected_polls: 1,
    repaired: false,
  };
}
