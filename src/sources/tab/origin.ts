import { racingPath } from './paths.ts';

/** The two parts of a base URL: `https://api.tab.co.nz` and the path before {@link racingPath}, mostly empty. */
export interface Origin {
  readonly origin: string;
  readonly prefix: string;
}

/** A base URL in its parts; null when it is not one that can be asked as it stands. */
export function parseBaseUrl(baseUrl: string): Origin | null {
  const url = URL.parse(baseUrl);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  if (url.username + url.password + url.search + url.hash !== '') return null;
  const path = url.pathname.replace(/\/+$/, '');
  // Documentation calls the two together the base.
  return { origin: url.origin, prefix: path.endsWith(racingPath) ? path.slice(0, -racingPath.length) : path };
}
