import { batch, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { ApiError } from './api.ts';
import { retryDelay } from './backoff.ts';
import type { StreamQuery } from './connection-source.ts';
import { connection, follow } from './stream.ts';
import type { RowEvent } from './stream.ts';

type Loading =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready' }
  /** There is no such thing. */
  | { readonly kind: 'missing'; readonly message: string }
  /** Nothing could be read yet; it is tried again. */
  | { readonly kind: 'failed'; readonly message: string };

export interface LiveOptions {
  /**
   * Reads everything that the page shows, and puts it in place of what is known.
   * @param show what is there already can be shown while the rest is read
   * @returns the `seq` up to which that is everything
   */
  readonly read: (signal: AbortSignal, show: () => void) => Promise<number>;
  readonly query: Omit<StreamQuery, 'after'>;
  readonly apply: (event: RowEvent) => void;
  /** After the events of a moment. */
  readonly applied?: () => void;
}

export interface Live {
  readonly loading: ReadonlySignal<Loading>;
  readonly retry: () => void;
  readonly close: () => void;
}

/** What a page is about: read once, then kept up to date by the stream. What could not be read is tried again. */
export function keepLive({ read, query, apply, applied }: LiveOptions): Live {
  const loading = signal<Loading>({ kind: 'loading' });
  const closing = new AbortController();
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let unfollow: (() => void) | null = null;

  const rows = (events: readonly RowEvent[]): void => {
    batch(() => {
      for (const event of events) apply(event);
      applied?.();
    });
  };
  const show = (): void => {
    if (loading.peek().kind !== 'ready') loading.value = { kind: 'ready' };
  };
  const load = (): void => {
    clearTimeout(timer);
    read(closing.signal, show).then(
      (after) => {
        if (closing.signal.aborted) return;
        failures = 0;
        show();
        unfollow ??= follow({ ...query, after }, { rows, reset: load });
      },
      (error: unknown) => {
        if (!closing.signal.aborted) failed(error);
      },
    );
  };
  const failed = (error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof ApiError && error.status === 404) {
      loading.value = { kind: 'missing', message };
      return;
    }
    failures++;
    const delay = retryDelay(failures, Math.random());
    // What is shown already stays: the stream's own state says that it is old.
    if (loading.peek().kind !== 'ready') loading.value = { kind: 'failed', message };
    if (unfollow === null) connection.value = { kind: 'lost', retryAt: performance.now() + delay };
    timer = setTimeout(load, delay);
  };
  if (connection.peek().kind === 'lost') connection.value = { kind: 'connecting' };
  load();
  return {
    loading,
    retry: load,
    close: () => {
      closing.abort();
      clearTimeout(timer);
      unfollow?.();
    },
  };
}
