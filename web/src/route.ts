import { signal } from '@preact/signals';
import { parseRoute } from './address.ts';
import type { Route } from './address.ts';

/** The page that is shown. */
export const route = signal<Route>({ page: 'next' });

/** Keeps {@link route} at what the address says. */
export function watchRoute(): void {
  const read = (): void => {
    route.value = parseRoute(location.hash);
  };
  window.addEventListener('hashchange', read);
  read();
}
