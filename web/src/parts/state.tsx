import type { ComponentChildren } from 'preact';
import type { Live } from '../live/keep-live.ts';

interface StateProps {
  readonly live: Live;
  /** What is read, as in "Reading the next races". */
  readonly what: string;
  readonly children: () => ComponentChildren;
}

/** A page's content, or why there is none yet. */
export function WhenReady({ live, what, children }: StateProps) {
  const state = live.loading.value;
  switch (state.kind) {
    case 'ready':
      return <>{children()}</>;
    case 'loading':
      return <Reading what={what} />;
    case 'missing':
      return (
        <section class="state" role="alert">
          <h1>Not recorded</h1>
          <p>{state.message}</p>
          <p>
            Go to <a href="#/">the next races to jump</a>.
          </p>
        </section>
      );
    case 'failed':
      return (
        <section class="state" role="alert">
          <h1>Could not read {what}</h1>
          <p>{state.message} It is tried again by itself.</p>
          <button type="button" class="button" onClick={live.retry}>
            Try again now
          </button>
        </section>
      );
  }
}

/** Says what is being read: it will be here. */
export function Reading({ what }: { readonly what: string }) {
  return (
    <section class="state" role="status">
      <span class="spinner" aria-hidden="true" />
      <p>Reading {what}…</p>
    </section>
  );
}

/** Says what will be here once there is something. */
export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}
