import type { Proxies } from '../../net/proxies.ts';
import type { Identity } from '../../sources/tab/identity.ts';
import type { CadenceTable } from '../../streams/cadence.ts';
import { readAppwrite } from './appwrite-settings.ts';
import type { AppwriteSettings } from './appwrite-settings.ts';
import type { Environment } from './environment.ts';
import { UsageError } from '../errors.ts';
import { readHttp, readHttpHosts } from './http-address.ts';
import type { HttpAddress } from './http-address.ts';
import { SettingsReader } from './settings-reader.ts';
import { unknownSettings } from './unknown-settings.ts';

/** What the environment configures. */
export interface Settings {
  /** Null without credentials: then the simulator is the feed. */
  readonly identity: Identity | null;
  /** Scheme and host, and the path of a reverse proxy before the API's own. */
  readonly tabBaseUrl: string;
  readonly proxies: Proxies;
  readonly countries: readonly string[];
  readonly categories: readonly string[];
  readonly cadences: CadenceTable;
  readonly requestsPerSecond: number;
  readonly requestsInFlight: number;
  /** Null without an endpoint: then the journal is the only store. */
  readonly appwrite: AppwriteSettings | null;
  /** Where `run` serves its page and its figures, when no option says so. */
  readonly http: HttpAddress | 'off' | null;
  /** Names that the server answers to beside those of this machine. */
  readonly httpHosts: readonly string[];
  /** Milliseconds of the recorder's clock by which a sink may lag before the recorder is not ready. */
  readonly sinkLagLimitMs: number;
}

/** Read by the Appwrite Function alone: one `.env` may serve both. */
const ofTheFunction = ['ODDSTREAM_FUNCTION_TIMEOUT'];

/**
 * Reads the settings.
 * @param options.foreign names that others use too: only those that are all but a setting are wrong
 * @throws UsageError with one sentence for each setting that is wrong, never with the value of a credential
 */
export function readSettings(environment: Environment, options: { foreign?: RegExp } = {}): Settings {
  const reader = new SettingsReader(environment);
  const settings: Settings = {
    identity: reader.identity(),
    tabBaseUrl: reader.baseUrl('TAB_BASE_URL', 'https://api.tab.co.nz'),
    proxies: reader.proxies(),
    countries: reader.countries('ODDSTREAM_COUNTRIES', 'NZ,AUS'),
    categories: reader.categories('ODDSTREAM_CATEGORIES', 'T,H,G'),
    cadences: reader.cadence('ODDSTREAM_CADENCE'),
    requestsPerSecond: reader.number('ODDSTREAM_REQUESTS_PER_SECOND', 5, 0.01, 1000),
    requestsInFlight: reader.whole('ODDSTREAM_REQUESTS_IN_FLIGHT', 6, 1, 100),
    appwrite: readAppwrite(reader),
    http: readHttp(reader),
    httpHosts: readHttpHosts(reader),
    sinkLagLimitMs: reader.number('ODDSTREAM_SINK_LAG_LIMIT', 900, 1, 604_800) * 1000,
  };
  const known = new Set([...reader.names, ...ofTheFunction]);
  const problems = [...reader.problems, ...unknownSettings(environment, known, options.foreign)];
  if (problems.length > 0) throw new UsageError(problems);
  return settings;
}
