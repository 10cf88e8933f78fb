import { meetingsPath, racingPath } from '../tab/paths.ts';

/** What a recorded response answers. */
export type Recorded =
  | { readonly kind: 'event'; readonly raceId: string }
  | { readonly kind: 'listing' }
  | { readonly kind: 'other' };

const eventPattern = new RegExp(`${racingPath}/events/([^/]+)/?$`);
const listingPattern = new RegExp(`${meetingsPath}(/[^/]+)?/?$`);

/** Tells by its path what a URL asked for, be it whole or from its path on. */
export function classify(url: string): Recorded {
  const path = URL.parse(url, 'http://recording')?.pathname ?? '';
  const raceId = decoded(eventPattern.exec(path)?.[1]);
  if (raceId !== null) return { kind: 'event', raceId };
  return listingPattern.test(path) ? { kind: 'listing' } : { kind: 'other' };
}

function decoded(segment: string | undefined): string | null {
  if (segment === undefined) return null;
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
