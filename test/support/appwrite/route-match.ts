import type { JsonObject } from './json.ts';
import { routes, type Route } from './routes.ts';

export interface Match {
  readonly route: Route;
  /** Parameters of the path, decoded. */
  readonly parameters: Record<string, string>;
}

const compiled = routes.map((route) => {
  const names: string[] = [];
  const pattern = route.path.replace(/:(\w+)/g, (_found, name: string) => {
    names.push(name);
    return '([^/]+)';
  });
  return { route, names, pattern: new RegExp(`^${pattern}$`) };
});

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The route of a request; null for none. */
export function match(method: string, path: string): Match | null {
  for (const { route, names, pattern } of compiled) {
    if (route.method !== method) continue;
    const found = pattern.exec(path);
    if (!found) continue;
    const parameters = Object.fromEntries(names.map((name, at) => [name, decoded(found[at + 1] ?? '')]));
    return { route, parameters };
  }
  return null;
}

/**
 * Parameters of a query string: `queries[0]=…` is a list, `total` a boolean, the rest is text. PHP takes every text but
 * `0` and none for true, `false` too, which is what the SDK sends.
 */
export function queryParameters(search: URLSearchParams): JsonObject {
  const result: JsonObject = {};
  for (const [name, value] of search) {
    const list = /^(\w+)\[\d*\]$/.exec(name)?.[1];
    if (list === undefined) {
      result[name] = name === 'total' ? !['', '0'].includes(value) : value;
      continue;
    }
    const before = result[list];
    result[list] = Array.isArray(before) ? [...before, value] : [value];
  }
  return result;
}
