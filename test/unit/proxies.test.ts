import { describe, expect, it } from 'vitest';
import { SettingsReader } from '../../src/app/settings/settings-reader.ts';
import { readSettings } from '../../src/app/settings/settings.ts';
import { redact } from '../../src/domain/secret.ts';
import { proxyOf } from '../../src/net/proxies.ts';

type Environment = Readonly<Record<string, string>>;

const feed = 'https://api.tab.co.nz';

/** Host and port of the proxy to a URL, or what is wrong with the settings. */
function hostFor(url: string, environment: Environment): string | null {
  const reader = new SettingsReader(environment);
  const host = proxyOf(reader.proxies(), url)?.host ?? null;
  return reader.problems[0] ?? host;
}

describe('the proxy to a URL', () => {
  it.each<[string, Environment, string | null]>([
    [feed, {}, null],
    [feed, { HTTPS_PROXY: 'http://p.example:3128' }, 'p.example:3128'],
    [feed, { https_proxy: 'http://small:1', HTTPS_PROXY: 'http://large:1' }, 'small:1'],
    [feed, { https_proxy: '', HTTPS_PROXY: 'http://large:1' }, 'large:1'],
    [feed, { HTTP_PROXY: 'http://p.example:3128' }, 'p.example:3128'],
    [feed, { HTTP_PROXY: 'http://p:1', HTTPS_PROXY: 'http://q:1' }, 'q:1'],
    ['http://feed.example', { HTTP_PROXY: 'http://p:1', HTTPS_PROXY: 'http://q:1' }, 'p:1'],
    ['http://feed.example', { HTTPS_PROXY: 'http://p.example:3128' }, null],
    [feed, { HTTPS_PROXY: 'socks5://p.example:1080' }, 'p.example:1080'],
    [feed, { HTTPS_PROXY: 'p.example:3128' }, 'p.example:3128'],
    [feed, { HTTPS_PROXY: ' http://p.example ' }, 'p.example'],
  ])('%s with %j is %s', (url, environment, expected) => {
    expect(hostFor(url, environment)).toBe(expected);
  });

  it.each(['ftp://p.example', 'http://', 'http://a:%zz@p.example'])('is not %s', (text) => {
    expect(hostFor(feed, { https_proxy: text })).toBe(
      'https_proxy is not the URL of a proxy, such as http://proxy.example:3128.',
    );
  });

  it('shows no credential of it', () => {
    const { https } = new SettingsReader({
      HTTPS_PROXY: 'http://carol%40x:p%40ss-word-7@p.example:3128',
    }).proxies();
    expect(JSON.stringify(https)).toBe('{"url":"[redacted]","host":"p.example:3128"}');
    expect(redact('carol@x said p@ss-word-7, or p%40ss-word-7')).toBe(
      '[redacted] said [redacted], or [redacted]',
    );
  });
});

it('variables of other proxies, and a proxy in both cases, are no mistyped settings', () => {
  const environment = {
    HTTPS_PROXY: 'http://p:1',
    https_proxy: 'http://p:1',
    FTP_PROXY: 'http://p:1',
    ALL_PROXY: 'http://p:1',
    NO_PROXY: 'localhost',
    no_proxy: 'localhost',
  };
  expect(readSettings(environment).proxies.https?.host).toBe('p:1');
});
