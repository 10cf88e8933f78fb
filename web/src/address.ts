/** The pages by their addresses. */
export type Route =
  | { readonly page: 'next' }
  | { readonly page: 'movers' }
  | { readonly page: 'health' }
  | { readonly page: 'race'; readonly id: string }
  | { readonly page: 'unknown' };

/** The page that an address's fragment names. */
export function parseRoute(fragment: string): Route {
  const [page = '', id = ''] = fragment.replace(/^#?\/?/, '').split('/');
  if (page === '') return { page: 'next' };
  if (page === 'movers' || page === 'health') return { page };
  return page === 'race' && id !== '' ? { page, id: decodeURIComponent(id) } : { page: 'unknown' };
}

/** The address of a race's page. */
export function raceHref(id: string): string {
  return `#/race/${encodeURIComponent(id)}`;
}
