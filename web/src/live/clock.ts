import { signal } from '@preact/signals';
import type { Clock } from '../../../src/server/contract/status.ts';
import { epoch } from '../format/time.ts';

interface Set {
  /** Epoch milliseconds that the recorder's clock showed. */
  readonly shown: number;
  /** When it did so, by this page's own steady clock. */
  readonly at: number;
  readonly speed: number;
}

let set: Set | null = null;

/** The recorder's clock, epoch milliseconds; it moves on by itself. Null until the server told the time. */
export const now = signal<number | null>(null);

/** How many times as fast as real time the recorder's clock runs. */
export const speed = signal(1);

/** Sets the clock to what the server told just now. */
export function setClock(clock: Clock): void {
  const first = set === null;
  set = { shown: epoch(clock.now), at: performance.now(), speed: clock.speed };
  speed.value = clock.speed;
  if (first) tick();
}

/** The recorder's clock at this very moment; the computer's own until the server told the time. */
export function clockNow(): number {
  return set === null ? Date.now() : set.shown + (performance.now() - set.at) * set.speed;
}

/** In real time, every second shows when it begins; a fast clock is shown four times a second. */
function tick(): void {
  const time = clockNow();
  now.value = time;
  setTimeout(tick, speed.value === 1 ? 1_000 - (time % 1_000) : 250);
}

/** How often charts are drawn anew, real milliseconds. */
const beatMs = 1_000;

/** The recorder's clock, epoch milliseconds, told once a real second. */
export const beat = signal(Date.now());
setInterval(() => {
  beat.value = clockNow();
}, beatMs);
