export interface Countdown {
  /** `4:05`, `1 h 20`, `2 d 3 h`; with a plus once the advertised start is past. */
  readonly text: string;
  /** What a screen reader says. */
  readonly words: string;
  readonly nearness: 'far' | 'soon' | 'now' | 'past';
}

const plural = (value: number, unit: string): string => `${value} ${unit}${value === 1 ? '' : 's'}`;

/** Time to a start. Both in epoch milliseconds of the recorder's clock. */
export function countdown(start: number, now: number): Countdown {
  // The second that has begun counts: 0:00 is the start itself.
  const left = Math.ceil((start - now) / 1_000);
  const past = left < 0;
  const seconds = Math.abs(left);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const two = (value: number): string => String(value).padStart(2, '0');
  let text = `${minutes}:${two(seconds % 60)}`;
  let words = minutes > 0 ? plural(minutes, 'minute') : plural(seconds, 'second');
  if (minutes > 0 && minutes < 5) words += ` ${plural(seconds % 60, 'second')}`;
  if (days > 0) {
    text = `${days} d ${hours % 24} h`;
    words = `${plural(days, 'day')} ${plural(hours % 24, 'hour')}`;
  } else if (hours > 0) {
    text = `${hours} h ${two(minutes % 60)}`;
    words = `${plural(hours, 'hour')} ${plural(minutes % 60, 'minute')}`;
  }
  return {
    text: past ? `+${text}` : text,
    words: past ? `${words} past the advertised start` : `${words} to the jump`,
    nearness: past ? 'past' : left <= 60 ? 'now' : left <= 300 ? 'soon' : 'far',
  };
}

/** How long ago something was: `now`, `12 s`, `4 min`, `3 h`, `2 d`. Milliseconds of the recorder's clock. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 1) return 'now';
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 6_000) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`;
}
