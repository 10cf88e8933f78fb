import { useEffect, useRef } from 'preact/hooks';
import { HealthPage } from '../pages/health/page.tsx';
import { MoversPage } from '../pages/movers/page.tsx';
import { NextPage } from '../pages/next/page.tsx';
import { RacePage } from '../pages/race/page.tsx';
import { route } from '../route.ts';
import type { Route } from '../address.ts';
import { Header } from './header.tsx';
import { Notices } from './notices.tsx';

const titles: Readonly<Record<Route['page'], string>> = {
  next: 'Next to jump',
  movers: 'Movers',
  health: 'Health',
  race: 'Race',
  unknown: 'No such page',
};

/** The whole page: what frames it, and the page that the address names. */
export function App() {
  const current = route.value;
  const key = current.page === 'race' ? current.id : current.page;
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    document.title = `${titles[current.page]} · oddstream`;
    // A screen reader goes on at the new page; the first one is read from its beginning.
    if (!first.current) main.current?.focus();
    first.current = false;
    window.scrollTo(0, 0);
  }, [key]);
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          skip(event, main.current);
        }}
      >
        Skip to the content
      </a>
      <Header />
      <Notices />
      <main id="main" ref={main} tabIndex={-1} key={key}>
        <Page route={current} />
      </main>
      <footer class="foot">
        Prices and pools as the source served them. <a href="api/openapi.json">API</a> ·{' '}
        <a href="metrics">Metrics</a>
      </footer>
    </>
  );
}

function Page({ route: to }: { readonly route: Route }) {
  switch (to.page) {
    case 'next':
      return <NextPage />;
    case 'movers':
      return <MoversPage />;
    case 'health':
      return <HealthPage />;
    case 'race':
      return <RacePage id={to.id} />;
    case 'unknown':
      return (
        <section class="state" role="alert">
          <h1>There is no such page</h1>
          <p>
            Go to <a href="#/">the next races to jump</a>.
          </p>
        </section>
      );
  }
}

/** The fragment names the page: a link to a place in it would leave it. */
function skip(event: Event, main: HTMLElement | null): void {
  event.preventDefault();
  main?.focus();
}
