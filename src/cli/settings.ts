import { readFileSync } from 'node:fs';
import { Secret } from '../domain/secret.ts';
import type { Identity } from '../sources/tab/identity.ts';
import { identityProblems } from '../sources/tab/identity.ts';
import { parseBaseUrl } from '../sources/tab/origin.ts';
import { defaultCadenceTable, parseCadence } from '../streams/cadence-config.ts';
import type { CadenceTable } from '../streams/cadence.ts';
import { readAppwrite } from './appwrite-settings.ts';
import type { AppwriteSettings } from './appwrite-settings.ts';
import { UsageError } from './errors.ts';
import { readHttp, readHttpHosts } from './http-address.ts';
import type { HttpAddress } from './http-address.ts';
import { isProtected } from './protected.ts';

/** What the environment configures. */
export interface Settings {
  /** Null without credentials: then the simulator is the feed. */
  readonly identity: Identity | null;
  readonly tabBaseUrl: string;
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

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings.
 * @throws UsageError with one sentence for each setting that is wrong, never with the value of a credential
 */
export function readSettings(environment: Environment): Settings {
  const reader = new Reader(environment);
  const settings: Settings = {
    identity: reader.identity(),
    tabBaseUrl: reader.baseUrl('TAB_BASE_URL', 'https://api.tab.co.nz'),
    countries: reader.list(
      'ODDSTREAM_COUNTRIES',
      'NZ,AUS',
      /^[A-Z]{2,3}$/,
      'a code of the feed such as NZ or AUS',
    ),
    categories: reader.list('ODDSTREAM_CATEGORIES', 'T,H,G', /^[THG]$/, 'T, H or G'),
    cadences: reader.cadence('ODDSTREAM_CADENCE'),
    requestsPerSecond: reader.number('ODDSTREAM_REQUESTS_PER_SECOND', 5, 0.01, 1000),
    requestsInFlight: reader.whole('ODDSTREAM_REQUESTS_IN_FLIGHT', 6, 1, 100),
    appwrite: readAppwrite(reader),
    http: readHttp(reader),
    httpHosts: readHttpHosts(reader),
    sinkLagLimitMs: reader.number('ODDSTREAM_SINK_LAG_LIMIT', 900, 1, 604_800) * 1000,
  };
  if (reader.problems.length > 0) throw new UsageError(reader.problems);
  return settings;
}

/** Reads settings and gathers what is wrong with them. */
export class Reader {
  readonly problems: string[] = [];
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  identity(): Identity | null {
    const names = ['TAB_FROM', 'TAB_PARTNER', 'TAB_PARTNER_ID'] as const;
    const values = names.map((name) => this.secret(name));
    const missing = names.filter((_, index) => values[index] === null);
    if (missing.length === names.length) return null;
    const [from, partner, partnerId] = values;
    if (!from || !partner || !partnerId) {
      this.problems.push(
        `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not set: the feed wants all of ${names.join(', ')} (or none, for the simulator).`,
      );
      return null;
    }
    const identity = { from, partner, partnerId };
    this.problems.push(...identityProblems(identity));
    return identity;
  }

  /** A credential, from its variable or from the file that NAME_FILE names. */
  secret(name: string): Secret | null {
    const value = this.text(name);
    const file = this.text(`${name}_FILE`);
    if (value !== null && file !== null) {
      this.problems.push(`${name} and ${name}_FILE are both set: keep one of them.`);
      return null;
    }
    if (file === null) return value === null ? null : new Secret(value);
    try {
      return new Secret(readFileSync(file, 'utf8').replace(/\r?\n$/, ''));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
      // Not which: the credential itself is easily given in place of its file.
      this.problems.push(`${name}_FILE names a file that cannot be read (${code}).`);
      return null;
    }
  }

  baseUrl(name: string, standard: string): string {
    const value = this.text(name) ?? standard;
    const parsed = parseBaseUrl(value);
    if (parsed === null) {
      this.problems.push(
        `${name} is not a URL such as ${standard} (http or https, no credentials, no query).`,
      );
    } else if (!isProtected(parsed.origin)) {
      this.problems.push(`${name} must be https unless it names this machine: it carries credentials.`);
    }
    return value;
  }

  list(name: string, standard: string, item: RegExp, what: string): string[] {
    const items = (this.text(name) ?? standard).split(',').map((part) => part.trim());
    const wrong = items.filter((part) => !item.test(part));
    if (wrong.length > 0) {
      this.problems.push(
        `${name}: ${wrong.map((part) => `"${part}"`).join(', ')} is not ${what}; separate several by commas.`,
      );
    }
    return items;
  }

  number(name: string, standard: number, least: number, most: number): number {
    const text = this.text(name);
    if (text === null) return standard;
    const value = Number(text);
    if (!(value >= least && value <= most)) {
      this.problems.push(`${name} must be a number from ${least} to ${most}, not "${text}".`);
    }
    return value;
  }

  whole(name: string, standard: number, least: number, most: number): number {
    const value = this.number(name, standard, least, most);
    if (value >= least && !Number.isInteger(value)) this.problems.push(`${name} must be a whole number.`);
    return value;
  }

  cadence(name: string): CadenceTable {
    const text = this.text(name);
    if (text === null) return defaultCadenceTable;
    try {
      const json: unknown = JSON.parse(text.trimStart().startsWith('{') ? text : readFileSync(text, 'utf8'));
      const parsed = parseCadence(json);
      if ('table' in parsed) return parsed.table;
      this.problems.push(...parsed.problems.map((problem) => `${name}: ${problem}.`));
    } catch (error) {
      const why =
        error instanceof SyntaxError ? 'it is not JSON' : 'it is neither JSON nor a file that can be read';
      this.problems.push(`${name}: ${why}.`);
    }
    return defaultCadenceTable;
  }

  /** A variable's value; null when it is not set or empty. */
  text(name: string): string | null {
    const value = this.#environment[name];
    return value === undefined || value === '' ? null : value;
  }
}
