import { createLogUpdate } from 'log-update';

/** A line that is written over itself on a terminal, and nothing anywhere else. */
export interface ProgressLine {
  /** Shows a text, at most ten times a second and not before two seconds have passed. */
  show(text: () => string): void;
  clear(): void;
}

const firstAfterMs = 2_000;
const everyMs = 100;

export function progressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  if (!stream.isTTY) return { show: () => undefined, clear: () => undefined };
  const update = createLogUpdate(stream);
  let next = performance.now() + firstAfterMs;
  return {
    show(text) {
      const now = performance.now();
      if (now < next) return;
      next = now + everyMs;
      update(text());
    },
    clear() {
      update.clear();
    },
  };
}
