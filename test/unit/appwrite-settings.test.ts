import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/app/errors.ts';
import { readSettings } from '../../src/app/settings/settings.ts';
import { deliveryOrder } from '../../src/sinks/appwrite/appwrite-tables.ts';

const whole = {
  APPWRITE_ENDPOINT: 'https://cloud.appwrite.io/v1/',
  APPWRITE_PROJECT_ID: 'racing',
  APPWRITE_API_KEY: 'standard_abc',
  APPWRITE_DATABASE_ID: 'odds',
};

function problems(changes: Record<string, string>): readonly string[] {
  try {
    readSettings({ ...whole, ...changes });
    return [];
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
}

describe('the settings of Appwrite', () => {
  it('are none without any', () => {
    expect(readSettings({}).appwrite).toBeNull();
  });

  it('have defaults for all but the address and the key', () => {
    const { appwrite } = readSettings(whole);
    expect(appwrite).toMatchObject({
      access: { endpoint: 'https://cloud.appwrite.io/v1', projectId: 'racing', databaseId: 'odds' },
      ...{ permissions: [], batchRows: 100, inFlight: 2, lingerMs: 30_000 },
    });
    expect(appwrite?.access.key.reveal()).toBe('standard_abc');
    expect(JSON.stringify(appwrite)).not.toContain('standard_abc');
    expect(appwrite?.selection).toHaveLength(deliveryOrder.length - 1);
  });

  it.each([
    ['any', ['read("any")']],
    ['users', ['read("users")']],
    ['team:abc', ['read("team:abc")']],
    ['team:abc, users', ['read("team:abc")', 'read("users")']],
    ['none', []],
  ])('let %s read', (text, permissions) => {
    expect(readSettings({ ...whole, APPWRITE_READ: text }).appwrite?.permissions).toEqual(permissions);
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ APPWRITE_API_KEY: '' }, /^APPWRITE_API_KEY is not set: /],
    [
      { APPWRITE_API_KEY: '', APPWRITE_ENDPOINT: '' },
      /^APPWRITE_ENDPOINT and APPWRITE_API_KEY are not set: /,
    ],
    [{ APPWRITE_API_KEY: 'two words' }, /^APPWRITE_API_KEY holds a character that no key has/],
    [{ APPWRITE_API_KEY: 'k'.repeat(4097) }, /^APPWRITE_API_KEY has 4097 characters, more than the 4096 /],
    [{ APPWRITE_ENDPOINT: 'cloud.appwrite.io' }, /^APPWRITE_ENDPOINT is not a URL/],
    [{ APPWRITE_ENDPOINT: 'https://me:hush@cloud.appwrite.io/v1' }, /^APPWRITE_ENDPOINT is not a URL/],
    [
      { APPWRITE_ENDPOINT: 'http://appwrite/v1' },
      /^APPWRITE_ENDPOINT must be https .* APPWRITE_INSECURE=yes/,
    ],
    [{ APPWRITE_PROJECT_ID: 'a b' }, /^APPWRITE_PROJECT_ID is no id of Appwrite/],
    [{ APPWRITE_DATABASE_ID: 'x'.repeat(37) }, /^APPWRITE_DATABASE_ID is no id of Appwrite/],
    [{ APPWRITE_TABLES: 'horses' }, /^APPWRITE_TABLES: "horses" is neither one of meetings, /],
    [{ APPWRITE_READ: 'everyone' }, /^APPWRITE_READ: "everyone" is none of: none, any, users, team:ID/],
    [{ APPWRITE_READ: 'none,any' }, /^APPWRITE_READ: "none"/],
    [{ APPWRITE_BATCH_ROWS: '0' }, /^APPWRITE_BATCH_ROWS must be a number from 1 to 1000/],
    [{ APPWRITE_IN_FLIGHT: '2.5' }, /^APPWRITE_IN_FLIGHT must be a whole number/],
    [{ APPWRITE_LINGER: 'soon' }, /^APPWRITE_LINGER must be a number from 0 to 3600/],
  ])('are refused in one line: %o', (changes, line) => {
    const [only, ...others] = problems(changes);
    expect(only).toMatch(line);
    expect(only).not.toMatch(/hush|standard_abc|two words/);
    expect(others).toEqual([]);
  });

  it('allow http inside a network of one’s own', () => {
    expect(problems({ APPWRITE_ENDPOINT: 'http://appwrite/v1', APPWRITE_INSECURE: 'yes' })).toEqual([]);
    expect(problems({ APPWRITE_ENDPOINT: 'http://localhost/v1' })).toEqual([]);
  });
});
