import { day, seconds, zoneName } from '../format/time.ts';
import { now, speed } from '../live/clock.ts';
import { route } from '../route.ts';
import { zone } from '../settings.ts';
import { ConnectionState } from './connection.tsx';
import { SettingsMenu } from './settings-menu.tsx';

const pages = [
  { page: 'next', href: '#/', name: 'Next to jump' },
  { page: 'movers', href: '#/movers', name: 'Movers' },
  { page: 'health', href: '#/health', name: 'Health' },
] as const;

/** Name, pages, the recorder's clock, the connection, and the settings. */
export function Header() {
  return (
    <header class="head">
      <a class="brand" href="#/" aria-label="oddstream, home">
        <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
          <rect width="32" height="32" rx="7" />
          <path d="M5 9h6v6h6v5h5v4h5" />
        </svg>
        <span>oddstream</span>
      </a>
      <nav aria-label="Pages">
        {pages.map(({ page, href, name }) => (
          <a key={page} href={href} aria-current={route.value.page === page ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <div class="head-end">
        <ConnectionState />
        <RecorderClock />
        <SettingsMenu />
      </div>
    </header>
  );
}

function RecorderClock() {
  const time = now.value;
  if (time === null) return <span class="clock">--:--:--</span>;
  const shown = zone.value;
  return (
    <span
      class="clock"
      title={speed.value === 1 ? "The recorder's clock" : `The recorder's clock, ${speed.value}× real time`}
    >
      <span class="clock-day">{day(time, shown)}</span> <b>{seconds(time, shown)}</b>{' '}
      <span class="clock-zone">{zoneName(time, shown)}</span>
    </span>
  );
}
