import { closest, distance } from 'fastest-levenshtein';
import type { Environment } from './environment.ts';

const ours = /^(ODDSTREAM|TAB|APPWRITE)_/i;

/** A name so near to a setting is one that was mistyped, whatever it begins with. */
const mistypedEdits = 2;

/** Shorter names are near to many. */
const minMistypedLength = 10;

/**
 * Returns one sentence for each variable that is set and looks like a setting but is none, with the nearest one.
 * Variables that Appwrite, Kubernetes and Docker set by themselves are passed over.
 *
 * @param known the names of all settings
 * @param foreign names that others use too: only those that are all but a setting are wrong
 */
export function unknownSettings(
  environment: Environment,
  known: ReadonlySet<string>,
  foreign?: RegExp,
): string[] {
  // HTTP_PROXY and the like are not oddstream's own: FTP_PROXY is no mistake.
  const names = [...known].filter((name) => ours.test(name));
  return Object.entries(environment).flatMap(([name, value = '']) => {
    if (value === '' || known.has(name) || isOfPlatform(name, value)) return [];
    const nearest = nearestOf(name.toUpperCase(), names);
    const isOurs = ours.test(name) && foreign?.test(name) !== true;
    if (!isOurs && !isMistyped(name, nearest)) return [];
    const shown = /^\w+$/.test(name) ? name : JSON.stringify(name);
    return [`${shown} is not a setting; the nearest is ${nearest}.`];
  });
}

/** A setting with all the words of a name is nearer than one with other words that happen to be as long. */
function nearestOf(name: string, known: readonly string[]): string {
  const [, ...words] = name.split('_');
  const holding = known.filter((one) => words.every((word) => one.split('_').includes(word)));
  return closest(name, holding.length > 0 ? holding : known);
}

function isMistyped(name: string, nearest: string): boolean {
  return nearest.length >= minMistypedLength && distance(name.toUpperCase(), nearest) <= mistypedEdits;
}

/**
 * Whether a platform has set the variable: Appwrite gives its functions `APPWRITE_FUNCTION_…`, and a service or container
 * called `oddstream` gives others `ODDSTREAM_SERVICE_HOST`, `ODDSTREAM_PORT=tcp://…`, `ODDSTREAM_PORT_8080_TCP_ADDR`,
 * `ODDSTREAM_ENV_…` and the like.
 */
function isOfPlatform(name: string, value: string): boolean {
  if (name.startsWith('APPWRITE_FUNCTION_')) return true;
  if (/_SERVICE_(HOST|PORT(_\w+)?)$/.test(name)) return true;
  if (/_PORT_\d+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO|START|END))?$/.test(name)) return true;
  if (name.endsWith('_PORT')) return /^(tcp|udp|sctp):\/\//.test(value);
  return /_ENV_\w/.test(name) || (name.endsWith('_NAME') && /^\/[^/]+\/[^/]+$/.test(value));
}
