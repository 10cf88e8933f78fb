import type { SchedulerLike } from 'rxjs';

/** The day of every story that names none; a multiple of every interval since the epoch. */
const storyDay = '2026-03-07';

/** A clock of virtual time that shows a date, and can be set. */
export interface StoryClock extends SchedulerLike {
  /** Sets the clock ahead, or back by a negative time: as an operator does, without telling anybody. */
  readonly setBy: (ms: number) => void;
}

/** @param begin what the clock shows at the first frame: a time of day, or a whole time in UTC */
export function storyClock(scheduler: SchedulerLike, begin: string): StoryClock {
  let offset = timeOf(begin);
  return {
    now: () => offset + scheduler.now(),
    schedule: scheduler.schedule.bind(scheduler),
    setBy: (ms) => {
      offset += ms;
    },
  };
}

/** Epoch milliseconds of a time of day (`12:30`, `12:30:05`) in the story's day, or of a whole time in UTC. */
export function timeOf(text: string): number {
  const time = Date.parse(
    text.includes('T') ? text : `${storyDay}T${text.length === 5 ? `${text}:00` : text}Z`,
  );
  if (Number.isNaN(time)) throw new Error(`${text} is no time of a story`);
  return time;
}
