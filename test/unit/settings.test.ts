import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/app/errors.ts';
import { readSettings } from '../../src/app/settings/settings.ts';
import { countryCodes } from '../../src/sources/tab/countries.ts';

type Environment = Readonly<Record<string, string>>;

function problemsOf(environment: Environment, foreign?: RegExp): readonly string[] {
  try {
    readSettings(environment, foreign === undefined ? {} : { foreign });
    return [];
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
}

const appwrite = {
  APPWRITE_ENDPOINT: 'https://appwrite.example/v1',
  APPWRITE_PROJECT_ID: 'p',
  APPWRITE_API_KEY: 'standard_key',
  APPWRITE_DATABASE_ID: 'd',
};

describe('countries', () => {
  it.each([
    ['NZ', ['NZ']],
    ['nz, aus', ['NZ', 'AUS']],
    [' NZ ,AUS,, NZ,', ['NZ', 'AUS']],
    ['UK,IRE,FR', ['UK', 'IRE', 'FR']],
    ['NZ,hk!', ['NZ', 'HK']],
  ])('%j are %j', (text, codes) => {
    expect(readSettings({ ODDSTREAM_COUNTRIES: text }).countries).toEqual(codes);
  });

  it.each([
    ['AU', 'AUS'],
    ['Australia', 'AUS'],
    ['NZL', 'NZ'],
    ['NZD', 'NZ'],
    ['new zealand', 'NZ'],
    ['GB', 'UK'],
    ['GBR', 'UK'],
    ['IRL', 'IRE'],
    ['FRA', 'FR'],
    ['US', 'USA'],
    ['JP', 'JPN'],
    ['ZA', 'SAF'],
    ['CAN', 'CA'],
  ])('%s is refused, and %s named', (text, code) => {
    expect(problemsOf({ ODDSTREAM_COUNTRIES: `NZ,${text}` })).toEqual([
      `ODDSTREAM_COUNTRIES: "${text}" is not the feed's code: it writes ${code}.`,
    ]);
  });

  it.each(['XX', 'Narnia', 'N', 'NZ;AUS', 'NZ AUS', '!', '12'])(
    '%j is refused with those that are seen',
    (text) => {
      const [problem, ...others] = problemsOf({ ODDSTREAM_COUNTRIES: text });
      expect(others).toEqual([]);
      for (const code of countryCodes) expect(problem).toContain(code);
    },
  );

  it('of the cadence are checked too', () => {
    const cadence = (country: string): Environment => ({
      ODDSTREAM_CADENCE: JSON.stringify({ overrides: [{ countries: [country], closed_s: 20 }] }),
    });
    expect(problemsOf(cadence('AU'))).toEqual([
      'ODDSTREAM_CADENCE: overrides.0.countries: "AU" is not the feed\'s code: it writes AUS.',
    ]);
    expect(readSettings(cadence('aus')).cadences.overrides).toMatchObject([{ countries: ['AUS'] }]);
  });
});

describe('categories', () => {
  it('are taken in any case, each once', () => {
    expect(readSettings({ ODDSTREAM_CATEGORIES: 't, g,T' }).categories).toEqual(['T', 'G']);
  });

  it.each(['R', 'TH', 'dogs', ','])('%j are refused', (text) => {
    expect(problemsOf({ ODDSTREAM_CATEGORIES: text })).toHaveLength(1);
  });
});

describe('a value that a setting cannot have', () => {
  it.each([
    ['ODDSTREAM_REQUESTS_PER_SECOND', '0'],
    ['ODDSTREAM_REQUESTS_PER_SECOND', '0x10'],
    ['ODDSTREAM_REQUESTS_PER_SECOND', '5 a second'],
    ['ODDSTREAM_REQUESTS_PER_SECOND', '1e2'],
    ['ODDSTREAM_REQUESTS_PER_SECOND', 'NaN'],
    ['ODDSTREAM_REQUESTS_IN_FLIGHT', '2.5'],
    ['ODDSTREAM_REQUESTS_IN_FLIGHT', '-1'],
    ['ODDSTREAM_REQUESTS_IN_FLIGHT', '9999'],
    ['ODDSTREAM_SINK_LAG_LIMIT', 'Infinity'],
    ['ODDSTREAM_HTTP', '8080'],
    ['ODDSTREAM_HTTP', 'none'],
    ['ODDSTREAM_CADENCE', '{'],
    ['ODDSTREAM_CADENCE', '{"bands":[]}'],
    ['ODDSTREAM_CADENCE', '/nowhere/cadence.json'],
    ['TAB_BASE_URL', 'api.tab.co.nz'],
    ['TAB_BASE_URL', 'ftp://api.tab.co.nz'],
    ['APPWRITE_INSECURE', 'true'],
    ['APPWRITE_LINGER', '1m'],
    ['APPWRITE_BATCH_ROWS', '0'],
    ['APPWRITE_TABLES', 'horses'],
    ['APPWRITE_READ', 'everybody'],
  ])('%s=%s is refused in a sentence that names it', (name, value) => {
    const [problem, ...others] = problemsOf({ ...appwrite, [name]: value });
    expect(others).toEqual([]);
    expect(problem).toContain(name);
    expect(problem).toMatch(/^[^\n]*\.$/);
  });

  it('is no problem for blanks around it', () => {
    const { requestsInFlight, http } = readSettings({
      ODDSTREAM_REQUESTS_IN_FLIGHT: ' 3 ',
      ODDSTREAM_HTTP: 'OFF\n',
    });
    expect({ requestsInFlight, http }).toEqual({ requestsInFlight: 3, http: 'off' });
  });
});

describe('a name that no setting has', () => {
  it.each([
    ['ODDSTREAM_COUNTRY', 'ODDSTREAM_COUNTRIES'],
    ['ODDSTREAM_COUNTRIE', 'ODDSTREAM_COUNTRIES'],
    ['ODDSTREAM_REQUEST_PER_SECOND', 'ODDSTREAM_REQUESTS_PER_SECOND'],
    ['ODDSTREAM_PORT', 'ODDSTREAM_HTTP'],
    ['oddstream_http', 'ODDSTREAM_HTTP'],
    ['ODSTREAM_HTTP', 'ODDSTREAM_HTTP'],
    ['TAB_PARTNERID', 'TAB_PARTNER_ID'],
    ['TAB_URL', 'TAB_BASE_URL'],
    ['TAB_BASE_URL_FILE', 'TAB_BASE_URL'],
    ['TAB_FROM_FIEL', 'TAB_FROM_FILE'],
    ['APPWRITE_KEY', 'APPWRITE_API_KEY'],
    ['APPWRITE_APIKEY', 'APPWRITE_API_KEY'],
    ['APPWRITE_DATABASE', 'APPWRITE_DATABASE_ID'],
  ])('%s is refused with %s', (name, nearest) => {
    const [problem, ...others] = problemsOf({ [name]: 'secret value' });
    expect(others).toEqual([]);
    expect(problem).toBe(`${name} is not a setting; the nearest is ${nearest}.`);
  });

  it('is left alone when it is empty, or a platform sets it for a service of that name', () => {
    expect(
      problemsOf({
        ODDSTREAM_COUNTRY: '',
        ODDSTREAM_SERVICE_HOST: '10.0.0.7',
        ODDSTREAM_SERVICE_PORT: '8080',
        ODDSTREAM_SERVICE_PORT_HTTP_METRICS: '8080',
        ODDSTREAM_PORT: 'tcp://10.0.0.7:8080',
        ODDSTREAM_PORT_8080_TCP: 'tcp://10.0.0.7:8080',
        ODDSTREAM_PORT_8080_TCP_ADDR: '10.0.0.7',
        ODDSTREAM_PORT_8080_TCP_PORT: '8080',
        ODDSTREAM_PORT_8080_TCP_PROTO: 'tcp',
        ODDSTREAM_PAGE_PORT_80_UDP: 'udp://10.0.0.7:80',
        TAB_PROXY_SERVICE_HOST: '10.0.0.8',
        APPWRITE_NAME: '/oddstream/appwrite',
        APPWRITE_ENV_APP_DOMAIN: 'localhost',
        ODDSTREAM_FUNCTION_TIMEOUT: '300',
        APPWRITE_FUNCTION_API_ENDPOINT: 'https://appwrite.example/v1',
        EDITOR: 'vi',
      }),
    ).toEqual([]);
  });

  it('is left alone where others use such names, but for those that are all but a setting', () => {
    const problems = problemsOf(
      { APPWRITE_FUNCTION_ID: 'daily-import', APPWRITE_REGION: 'fra', APPWRITE_DATABSE_ID: 'd' },
      /^APPWRITE_/,
    );
    expect(problems).toEqual(['APPWRITE_DATABSE_ID is not a setting; the nearest is APPWRITE_DATABASE_ID.']);
  });

  it('is shown on one line, whatever it holds', () => {
    expect(problemsOf({ 'ODDSTREAM_\n\u001b[2J': 'x' })).toEqual([
      expect.stringMatching(/^"ODDSTREAM_\\n\\u001b\[2J" is not a setting; the nearest is \w+\.$/),
    ]);
  });
});

it('no environment gives anything but settings or sentences, and none holds a credential', () => {
  const names = [
    ...['TAB_FROM', 'TAB_FROM_FILE', 'TAB_PARTNER', 'TAB_PARTNER_ID', 'TAB_BASE_URL', 'ODDSTREAM_COUNTRIES'],
    ...[
      'ODDSTREAM_CATEGORIES',
      'ODDSTREAM_CADENCE',
      'ODDSTREAM_HTTP',
      'ODDSTREAM_SINK_LAG_LIMIT',
      'ODDSTREAM_X',
    ],
    ...['APPWRITE_ENDPOINT', 'APPWRITE_API_KEY', 'APPWRITE_LINGER', 'APPWRITE_TABLES', 'APPWRITE_READ'],
  ];
  const environment = fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.string(), fc.json(), fc.webUrl()));
  fc.assert(
    fc.property(environment, (settings) => {
      const problems = problemsOf({
        ...settings,
        TAB_PARTNER: 'hidden-partner',
        APPWRITE_API_KEY: 'hidden-key',
      });
      for (const problem of problems) expect(problem).not.toContain('hidden');
    }),
  );
});
