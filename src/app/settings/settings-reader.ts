import { Secret } from '../../domain/secret.ts';
import { parseProxy } from '../../net/proxies.ts';
import type { Proxies, ProxyAddress } from '../../net/proxies.ts';
import { countryCode } from '../../sources/tab/countries.ts';
import type { Identity } from '../../sources/tab/identity.ts';
import { identityProblems } from '../../sources/tab/identity.ts';
import { parseBaseUrl } from '../../sources/tab/origin.ts';
import { defaultCadenceTable, parseCadence } from '../../streams/cadence-config.ts';
import type { CadenceTable } from '../../streams/cadence.ts';
import type { Environment } from './environment.ts';
import { isProtected } from './protected.ts';
import { SmallFileError, readSmallFile } from './small-file.ts';

/** Reads settings and gathers what is wrong with them. */
export class SettingsReader {
  /** One sentence for each setting that is wrong. */
  readonly problems: string[] = [];
  /** Every setting that was asked for, set or not. */
  readonly names = new Set<string>();
  readonly #environment: Environment;
  /** Once read: a wrong one is one problem, whoever asks. */
  #proxies: Proxies | undefined;

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

  /** Returns a credential, from its variable or from the file that NAME_FILE names; null when neither is set. */
  secret(name: string): Secret | null {
    const value = this.#value(name);
    const file = this.text(`${name}_FILE`);
    if (value !== null && file !== null) {
      this.problems.push(`${name} and ${name}_FILE are both set: keep one of them.`);
      return null;
    }
    if (file === null) return value === null ? null : new Secret(value);
    const text = this.#file(`${name}_FILE`, file);
    return text === null ? null : new Secret(text.replace(/\r?\n$/, ''));
  }

  /** Returns a base URL without the part of its path that belongs to the API. */
  baseUrl(name: string, standard: string): string {
    const parsed = parseBaseUrl(this.text(name) ?? standard);
    if (parsed === null) {
      this.problems.push(
        `${name} is not a URL such as ${standard} or ${standard}/affiliates/v1 (http or https, no credentials, no query).`,
      );
      return standard;
    }
    if (!isProtected(parsed.origin)) {
      this.problems.push(`${name} must be https unless it names this machine: it carries credentials.`);
    }
    return `${parsed.origin}${parsed.prefix}`;
  }

  /** Returns the proxies of HTTP_PROXY, HTTPS_PROXY and NO_PROXY, of which lower case comes first. */
  proxies(): Proxies {
    return (this.#proxies ??= {
      http: this.#proxy('http_proxy'),
      https: this.#proxy('https_proxy'),
      except: this.text('no_proxy') ?? this.text('NO_PROXY'),
    });
  }

  /** Returns country codes of the feed, each once. */
  countries(name: string, standard: string): string[] {
    return this.#list(name, standard, (part) => {
      const known = countryCode(part);
      if ('code' in known) return [known.code];
      this.problems.push(`${name}: ${known.problem}.`);
      return [];
    });
  }

  /** Returns racing codes, each once. */
  categories(name: string, standard: string): string[] {
    return this.#list(name, standard, (part) => {
      const code = part.toUpperCase();
      if (/^[THG]$/.test(code)) return [code];
      this.problems.push(
        `${name}: "${part}" is none of T (thoroughbred), H (harness), G (greyhound); separate several by commas.`,
      );
      return [];
    });
  }

  number(name: string, standard: number, min: number, max: number): number {
    const text = this.text(name);
    if (text === null) return standard;
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
    if (!(value >= min && value <= max)) {
      this.problems.push(`${name} must be a number from ${min} to ${max}, not "${text}".`);
    }
    return value;
  }

  whole(name: string, standard: number, min: number, max: number): number {
    const value = this.number(name, standard, min, max);
    if (value >= min && value <= max && !Number.isInteger(value)) {
      this.problems.push(`${name} must be a whole number, not "${value}".`);
    }
    return value;
  }

  /** Returns whether a setting is `yes`; no when it is not set. */
  yes(name: string): boolean {
    const text = this.text(name)?.toLowerCase() ?? 'no';
    if (text !== 'yes' && text !== 'no') this.problems.push(`${name} must be yes or no, not "${text}".`);
    return text === 'yes';
  }

  cadence(name: string): CadenceTable {
    const text = this.text(name);
    if (text === null) return defaultCadenceTable;
    const content = text.startsWith('{') ? text : this.#file(name, text);
    const json = content === null ? undefined : this.#json(name, content);
    if (json === undefined) return defaultCadenceTable;
    const parsed = parseCadence(json);
    if ('table' in parsed) return this.#withCountries(name, parsed.table);
    this.problems.push(...parsed.problems.map((problem) => `${name}: ${problem}.`));
    return defaultCadenceTable;
  }

  /** Returns a variable's value without blanks around it; null when it is not set or empty. */
  text(name: string): string | null {
    const value = this.#value(name)?.trim();
    return value === undefined || value === '' ? null : value;
  }

  #withCountries(name: string, { standard, overrides }: CadenceTable): CadenceTable {
    return {
      standard,
      overrides: overrides.map((override, index) => ({
        ...override,
        countries: override.countries.flatMap((country) => {
          const known = countryCode(country.trim());
          if ('code' in known) return [known.code];
          this.problems.push(`${name}: overrides.${index}.countries: ${known.problem}.`);
          return [];
        }),
      })),
    };
  }

  #list(name: string, standard: string, read: (part: string) => string[]): string[] {
    const parts = (this.text(name) ?? standard)
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    if (parts.length === 0) this.problems.push(`${name} names none: leave it out for ${standard}.`);
    return [...new Set(parts.flatMap(read))];
  }

  #proxy(name: string): ProxyAddress | null {
    const found = [name, name.toUpperCase()].find((one) => this.text(one) !== null);
    if (found === undefined) return null;
    const proxy = parseProxy(this.text(found) ?? '');
    if (proxy === null) {
      this.problems.push(`${found} is not the URL of a proxy, such as http://proxy.example:3128.`);
    }
    return proxy;
  }

  /** Null, and a problem, when it cannot be read. The path is not shown: people give the credential in its place. */
  #file(name: string, path: string): string | null {
    try {
      return readSmallFile(path);
    } catch (error) {
      if (!(error instanceof SmallFileError)) throw error;
      this.problems.push(`${name} names a file that ${error.message}.`);
      return null;
    }
  }

  /** Undefined, and a problem, for a text that is not JSON. */
  #json(name: string, text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      this.problems.push(`${name} is not JSON, nor a file of JSON.`);
      return undefined;
    }
  }

  #value(name: string): string | null {
    this.names.add(name);
    const value = this.#environment[name];
    return value === undefined || value === '' ? null : value;
  }
}
