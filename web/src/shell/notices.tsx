import type { Status } from '../../../src/server/contract/status.ts';
import { status } from '../live/status.ts';
import { LostNotice } from './connection.tsx';

/** What a reader has to know before any number: the simulator, a lost connection, a recorder that is not ready. */
export function Notices() {
  const told = status.value;
  return (
    <section class="notices" aria-label="Notices">
      {told?.source.kind === 'simulator' && <SimulatorBanner source={told.source} speed={told.clock.speed} />}
      <LostNotice />
      {told?.ready === false && (
        <div class="notice is-warning" role="status">
          <b>Not ready.</b> {told.reasons.map(({ detail }) => detail).join(' ')}
        </div>
      )}
    </section>
  );
}

function SimulatorBanner({ source, speed }: { readonly source: Status['source']; readonly speed: number }) {
  return (
    <p class="notice is-simulator" role="note" aria-label="Simulator">
      <b>Simulator.</b> These are not real races: horses, prices and money are made up
      {source.seed === null ? '' : ` (seed ${source.seed})`}, on a clock at <span class="num">{speed}×</span>{' '}
      real time.
    </p>
  );
}
