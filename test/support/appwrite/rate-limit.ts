import type { Caller } from './auth.ts';
import type { Route } from './routes.ts';

export interface Rate {
  readonly headers: Record<string, string>;
  readonly exceeded: boolean;
}

const minute = 60_000;

/**
 * Requests a minute to each route that has a limit. Guests are held to it; keys are told of it in the headers
 * and are exempt.
 */
export function createRateLimit(): (caller: Caller, route: Route) => Rate {
  const counts = new Map<string, { since: number; used: number }>();
  return ({ isKey }, { limit, name }) => {
    if (limit === undefined) return { headers: {}, exceeded: false };
    const since = Math.floor(Date.now() / minute) * minute;
    const before = counts.get(name);
    const used = before?.since === since ? before.used : 0;
    if (!isKey) counts.set(name, { since, used: used + 1 });
    const headers = {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(Math.max(0, limit - used - 1)),
      'x-ratelimit-reset': String((since + minute) / 1000),
    };
    return { headers, exceeded: !isKey && used >= limit };
  };
}
