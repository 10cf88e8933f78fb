import { countdown } from '../format/countdown.ts';
import { epoch } from '../format/time.ts';
import { now } from '../live/clock.ts';

/** Time to a start by the recorder's clock. */
export function CountdownText({ start }: { readonly start: string }) {
  const time = now.value;
  if (time === null) return <span class="countdown num">–</span>;
  const { text, words, nearness } = countdown(epoch(start), time);
  return (
    <span class={`countdown num is-${nearness}`}>
      <span aria-hidden="true">{text}</span>
      <span class="sr">{words}</span>
    </span>
  );
}
