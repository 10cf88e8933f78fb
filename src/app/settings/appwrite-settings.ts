import type { Secret } from '../../domain/secret.ts';
import type { AppwriteAccess } from '../../sinks/appwrite/client.ts';
import { allTables, parseSelection } from '../../sinks/appwrite/selection.ts';
import type { SelectedTable } from '../../sinks/appwrite/selection.ts';
import { UsageError } from '../errors.ts';
import { isProtected } from './protected.ts';
import type { SettingsReader } from './settings-reader.ts';

/** The Appwrite database, and how it is written. */
export interface AppwriteSettings {
  readonly access: AppwriteAccess;
  readonly selection: readonly SelectedTable[];
  /** Who may read the tables, as Appwrite writes it: `read("any")`. */
  readonly permissions: readonly string[];
  /** Rows of a request at the most. */
  readonly batchRows: number;
  /** Requests under way at once. */
  readonly inFlight: number;
  /** Milliseconds of the recorder's clock for which rows of a race near its jump are gathered. */
  readonly lingerMs: number;
}

const required = [
  'APPWRITE_ENDPOINT',
  'APPWRITE_PROJECT_ID',
  'APPWRITE_API_KEY',
  'APPWRITE_DATABASE_ID',
] as const;

/** Keys have some 260 characters; servers take 8 KB of headers in all. */
const longestKey = 4096;

/** Null when nothing names an Appwrite; half of it is a problem. */
export function readAppwrite(reader: SettingsReader): AppwriteSettings | null {
  const key = reader.secret('APPWRITE_API_KEY');
  const [endpoint, projectId, , databaseId] = required.map((name) => reader.text(name));
  const given = { APPWRITE_ENDPOINT: endpoint, APPWRITE_PROJECT_ID: projectId, APPWRITE_API_KEY: key };
  const values: Readonly<Record<string, unknown>> = { ...given, APPWRITE_DATABASE_ID: databaseId };
  const missing = required.filter((name) => !values[name]);
  const settings = {
    selection: selection(reader),
    permissions: permissions(reader),
    batchRows: reader.whole('APPWRITE_BATCH_ROWS', 100, 1, 1000),
    inFlight: reader.whole('APPWRITE_IN_FLIGHT', 2, 1, 10),
    lingerMs: reader.number('APPWRITE_LINGER', 30, 0, 3600) * 1000,
  };
  const insecure = reader.yes('APPWRITE_INSECURE');
  if (missing.length === required.length) return null;
  if (!endpoint || !projectId || !key || !databaseId) {
    reader.problems.push(
      `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not set: Appwrite wants all of ${required.join(', ')} (or none, for the journal alone).`,
    );
    return null;
  }
  checkEndpoint(endpoint, insecure, reader);
  checkId('APPWRITE_PROJECT_ID', projectId, reader);
  checkId('APPWRITE_DATABASE_ID', databaseId, reader);
  checkKey(key, reader);
  const proxies = reader.proxies();
  return {
    access: { endpoint: endpoint.replace(/\/+$/, ''), projectId, key, databaseId, proxies },
    ...settings,
  };
}

/** @throws UsageError when no Appwrite is configured */
export function requireAppwrite({
  appwrite,
}: {
  readonly appwrite: AppwriteSettings | null;
}): AppwriteSettings {
  if (appwrite !== null) return appwrite;
  throw new UsageError([`Set ${required.join(', ')} first.`]);
}

function checkEndpoint(endpoint: string, insecure: boolean, reader: SettingsReader): void {
  const url = URL.parse(endpoint);
  const whole = url !== null && /^https?:$/.test(url.protocol);
  if (!whole || url.username + url.password + url.search + url.hash !== '') {
    reader.problems.push(
      'APPWRITE_ENDPOINT is not a URL such as https://cloud.appwrite.io/v1 (no credentials, no query).',
    );
  } else if (!isProtected(url.origin) && !insecure) {
    reader.problems.push(
      'APPWRITE_ENDPOINT must be https unless it names this machine: it is sent the key. Inside a network of your own, APPWRITE_INSECURE=yes allows http.',
    );
  }
}

function checkKey(key: Secret, reader: SettingsReader): void {
  const value = key.reveal();
  if (value.length > longestKey) {
    reader.problems.push(
      `APPWRITE_API_KEY has ${value.length} characters, more than the ${longestKey} that servers take in a header.`,
    );
  } else if (!/^[\x21-\x7e]+$/.test(value)) {
    reader.problems.push(
      'APPWRITE_API_KEY holds a character that no key has, such as a space or a line break.',
    );
  }
}

function checkId(name: string, id: string, reader: SettingsReader): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,35}$/.test(id)) return;
  reader.problems.push(
    `${name} is no id of Appwrite: at most 36 letters, digits, periods, hyphens or underscores.`,
  );
}

function selection(reader: SettingsReader): readonly SelectedTable[] {
  const text = reader.text('APPWRITE_TABLES');
  if (text === null) return allTables();
  const parsed = parseSelection(text);
  if ('selection' in parsed) return parsed.selection;
  reader.problems.push(...parsed.problems.map((problem) => `APPWRITE_TABLES: ${problem}`));
  return [];
}

function permissions(reader: SettingsReader): readonly string[] {
  const text = reader.text('APPWRITE_READ') ?? 'none';
  const parts = text.split(',').map((part) => part.trim());
  return parts.flatMap((part) => {
    const team = /^team:([A-Za-z0-9][A-Za-z0-9._-]{0,35})$/.exec(part)?.[1];
    if (team !== undefined) return [`read("team:${team}")`];
    if (part === 'any' || part === 'users') return [`read("${part}")`];
    if (part === 'none' && parts.length === 1) return [];
    reader.problems.push(
      `APPWRITE_READ: "${part}" is none of: none, any, users, team:ID; separate several by commas.`,
    );
    return [];
  });
}
