/** A deadline that moves away each time something happens. */
export interface IdleTimeout {
  /** Aborts with a `TimeoutError`, as `AbortSignal.timeout` does. */
  readonly signal: AbortSignal;
  readonly renew: () => void;
  readonly end: () => void;
}

/** @param ms real milliseconds from the start, or the last renewal, to its abort */
export function idleTimeout(ms: number): IdleTimeout {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`Nothing happened for ${ms} ms.`, 'TimeoutError'));
  }, ms);
  return {
    signal: controller.signal,
    renew: () => {
      timer.refresh();
    },
    end: () => {
      clearTimeout(timer);
    },
  };
}
