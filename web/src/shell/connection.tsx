import { useEffect, useState } from 'preact/hooks';
import { connection } from '../live/stream.ts';

/** Whether what is shown is live. */
export function ConnectionState() {
  const state = connection.value;
  const words = { connecting: 'Connecting', live: 'Live', lost: 'Disconnected' }[state.kind];
  return (
    <span class={`connection is-${state.kind}`} role="status">
      <span class="dot" aria-hidden="true" />
      {words}
    </span>
  );
}

/** What is shown is old: since when is not known to the page, when it is tried again is. */
export function LostNotice() {
  const state = connection.value;
  const [left, setLeft] = useState(0);
  const retryAt = state.kind === 'lost' ? state.retryAt : 0;
  useEffect(() => {
    if (retryAt === 0) return undefined;
    const look = (): void => {
      setLeft(Math.max(0, Math.ceil((retryAt - performance.now()) / 1_000)));
    };
    look();
    const timer = setInterval(look, 250);
    return () => {
      clearInterval(timer);
    };
  }, [retryAt]);
  if (state.kind !== 'lost') return null;
  return (
    <p class="notice is-lost" role="alert">
      <b>Disconnected.</b> What is shown may be out of date; the recorder is tried again{' '}
      <span aria-hidden="true" class="num">
        {left === 0 ? 'now' : `in ${left} s`}
      </span>
      <span class="sr">by itself</span>.
    </p>
  );
}
