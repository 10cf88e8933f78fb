import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readSettings } from '../../src/app/settings/settings.ts';
import { root, temporaryDirectory } from '../support/process.ts';

type Environment = Readonly<Record<string, string>>;

interface Compose {
  readonly services: {
    readonly oddstream: {
      readonly environment: Environment;
      readonly secrets: readonly string[];
    };
  };
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/**
 * The compose file as Compose reads it: `${A:-else}` and `${A:+instead}` in its values, where empty is as good as not
 * set; and variables without a value, which are passed on where they are set.
 */
function compose(environment: Environment): Compose {
  const filled = (text: string): string =>
    text.replaceAll(/\$\{(\w+):([-+])([^}]*)\}/g, (_, name: string, sign: string, word: string) => {
      const value = environment[name] ?? '';
      if (sign === '+') return value === '' ? '' : word;
      return value === '' ? word : value;
    });
  const file: unknown = parse(readFileSync(join(root, 'compose.yaml'), 'utf8'));
  const read: unknown = JSON.parse(JSON.stringify(file), (_, value: unknown) =>
    typeof value === 'string' ? filled(value) : value,
  );
  expect(JSON.stringify(read)).not.toContain('${');
  const { services, ...others } = read as Compose;
  const given = Object.entries(services.oddstream.environment as Readonly<Record<string, string | null>>);
  const passed = given.flatMap(([name, value]) => {
    const text = value ?? environment[name];
    return text === undefined ? [] : [[name, text] as const];
  });
  return {
    ...others,
    services: { oddstream: { ...services.oddstream, environment: Object.fromEntries(passed) } },
  };
}

/** Every setting that is read, of a service that has all of them. */
function settingsRead(): Set<string> {
  const names = new Set<string>();
  const given: Environment = {
    APPWRITE_ENDPOINT: 'http://appwrite.example/v1',
    APPWRITE_PROJECT_ID: 'p',
    APPWRITE_API_KEY: 'k',
    APPWRITE_DATABASE_ID: 'd',
    APPWRITE_INSECURE: 'yes',
  };
  const watched = new Proxy(given, {
    get: (target, name) => {
      names.add(String(name));
      return typeof name === 'string' ? target[name] : undefined;
    },
  });
  readSettings(watched);
  return names;
}

describe('the compose file', () => {
  it('passes every setting on', () => {
    // HTTP_PROXY and the like are read in lower case too; a container is given the one form.
    const names = [...settingsRead()].filter((name) => name === name.toUpperCase());
    const all = Object.fromEntries(names.map((name) => [name, 'text']));
    const { environment } = compose(all).services.oddstream;
    expect(names.filter((name) => !(name in environment))).toEqual([]);
    for (const name of Object.keys(environment).filter((one) => !one.endsWith('_FILE'))) {
      const text = `text ${name}`;
      expect([name, compose({ [name]: text }).services.oddstream.environment[name]]).toEqual([name, text]);
    }
  });

  it('gives the container each credential that is kept in a file as a secret', () => {
    const directory = temporaryDirectory();
    onTestFinished(directory.remove);
    const credentials = {
      TAB_FROM: 'someone@example.org',
      TAB_PARTNER: 'Somebody',
      TAB_PARTNER_ID: 'f3a9-77',
      APPWRITE_API_KEY: 'standard_key',
    };
    const files = Object.entries(credentials).map(([name, value]) => {
      const file = join(directory.path, name);
      writeFileSync(file, `${value}\n`);
      return [`${name}_FILE`, file] as const;
    });
    const { services, secrets } = compose({
      ...Object.fromEntries(files),
      APPWRITE_ENDPOINT: 'https://appwrite.example/v1',
      APPWRITE_PROJECT_ID: 'p',
      APPWRITE_DATABASE_ID: 'd',
    });
    const { environment } = services.oddstream;
    // What Compose mounts at /run/secrets is read where it lies here.
    const inside = Object.entries(environment).map(([name, value]) => {
      const secret = /^\/run\/secrets\/(\w+)$/.exec(value)?.[1];
      if (secret === undefined) return [name, value];
      expect(services.oddstream.secrets).toContain(secret);
      return [name, secrets[secret]?.file];
    });
    const { identity, appwrite } = readSettings(Object.fromEntries(inside) as Environment);
    expect(identity?.from.reveal()).toBe(credentials.TAB_FROM);
    expect(identity?.partner.reveal()).toBe(credentials.TAB_PARTNER);
    expect(identity?.partnerId.reveal()).toBe(credentials.TAB_PARTNER_ID);
    expect(appwrite?.access.key.reveal()).toBe(credentials.APPWRITE_API_KEY);
  });

  it('mounts an empty file where no file is named, and does not say that there is one', () => {
    const { services, secrets } = compose({ TAB_FROM: 'someone@example.org' });
    expect([...services.oddstream.secrets].sort()).toEqual(Object.keys(secrets).sort());
    expect(Object.values(secrets).map(({ file }) => file)).toEqual(
      Object.keys(secrets).map(() => '/dev/null'),
    );
    const named = Object.entries(services.oddstream.environment).filter(([name]) => name.endsWith('_FILE'));
    expect(named.map(([, value]) => value)).toEqual(Object.keys(secrets).map(() => ''));
  });
});
