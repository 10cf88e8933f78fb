import { racingPath } from './paths.ts';

/** The two parts of a base URL: `https://api.tab.co.nz`, and the path before {@link racingPath}, empty without a proxy. */
export interface Origin {
  readonly origin: string;
  readonly prefix: string;
}

/** Everything before the racing API, with as much of its path as people write: documents call all of these the base. */
const basePath = /^(.*?)(?:\/affiliates(?:\/v1(?:\/racing)?)?)?$/;

/** Returns a base URL in its parts; null when it is not one, or names something within the API. */
export function parseBaseUrl(baseUrl: string): Origin | null {
  const url = URL.parse(baseUrl);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  if (url.username + url.password + url.search + url.hash !== '') return null;
  const path = url.pathname.replace(/\/{2,}/g, '/').replace(/\/$/, '');
  const prefix = basePath.exec(path)?.[1] ?? path;
  return `${prefix}/`.includes('/affiliates/') ? null : { origin: url.origin, prefix };
}

/** Returns the address below which the feed of a base URL is asked. */
export function racingUrl(baseUrl: string): string {
  const { origin, prefix } = parseBaseUrl(baseUrl) ?? { origin: baseUrl, prefix: '' };
  return `${origin}${prefix}${racingPath}`;
}
