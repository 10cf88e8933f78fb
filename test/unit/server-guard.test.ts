import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { guardFor } from '../../src/server/guard.ts';

type Headers = Readonly<Record<string, string>>;

function statusFor(
  headers: Headers,
  host = '127.0.0.1',
  names: readonly string[] = [],
  method = 'GET',
): number {
  const request = { method, headers: { host: 'localhost:8080', ...headers } } as unknown as IncomingMessage;
  return guardFor(host, names)(request)?.status ?? 200;
}

const page = { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };
const visit = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

describe('a request of another origin', () => {
  it.each<[number, string, Headers]>([
    [200, 'a program', {}],
    [200, 'the page itself', { ...page, 'sec-fetch-site': 'same-origin' }],
    [200, 'an address typed in', { ...visit, 'sec-fetch-site': 'none' }],
    [200, 'a link followed', { ...visit, 'sec-fetch-site': 'cross-site' }],
    [200, 'a link followed from another port', { ...visit, 'sec-fetch-site': 'same-site' }],
    [200, "an older browser's page", { origin: 'http://localhost:8080' }],
    [403, 'a fetch', { ...page, 'sec-fetch-site': 'cross-site' }],
    [403, 'a fetch of a page at another port', { ...page, 'sec-fetch-site': 'same-site' }],
    [
      403,
      'an image',
      { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image', 'sec-fetch-site': 'cross-site' },
    ],
    [403, 'a frame', { ...visit, 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site' }],
    [403, 'a prefetch', { ...visit, 'sec-fetch-site': 'cross-site', 'sec-purpose': 'prefetch;prerender' }],
    [403, 'a word that is not known', { ...page, 'sec-fetch-site': 'elsewhere' }],
    [403, 'a fetch of an older browser', { origin: 'https://evil.example' }],
    [403, 'one of another port there', { origin: 'http://localhost:3000' }],
    [403, 'one that hides', { origin: 'null' }],
    [403, 'one that is no origin', { origin: 'localhost:8080' }],
  ])('%i: %s', (status, _what, headers) => {
    expect(statusFor(headers)).toBe(status);
    expect(statusFor(headers, '0.0.0.0')).toBe(status);
  });

  it('is none when the origin is that of the proxy, whatever name it asks by', () => {
    const origin = { origin: 'https://odds.example.com' };
    expect(statusFor(origin, '127.0.0.1', ['odds.example.com'])).toBe(200);
    expect(statusFor({ origin: 'https://other.example.com' }, '127.0.0.1', ['odds.example.com'])).toBe(403);
  });
});

describe('the name that is asked for', () => {
  const own = ['localhost', 'LOCALHOST:1', '127.0.0.1', '127.1.2.3:80', '[::1]:8080'];
  const others = [
    'evil.example',
    'localhost.evil.example',
    'evil.example#localhost',
    'localhost@evil.example',
    '',
  ];

  it('is one of this machine where only this machine is listened to', () => {
    for (const host of own) expect(statusFor({ host }), host).toBe(200);
    for (const host of others) expect(statusFor({ host }), host).toBe(421);
  });

  it('is any where other machines are listened to, and no names are given', () => {
    for (const host of [...own, ...others]) expect(statusFor({ host }, '0.0.0.0'), host).toBe(200);
  });

  it.each(['127.0.0.1', '0.0.0.0'])('is one of those that are given, or of this machine (%s)', (at) => {
    for (const host of [...own, 'odds.example.com', 'Odds.Example.com:443']) {
      expect(statusFor({ host }, at, ['odds.example.com']), host).toBe(200);
    }
    for (const host of [...others, 'a.odds.example.com']) {
      expect(statusFor({ host }, at, ['odds.example.com']), host).toBe(421);
    }
  });
});

it('other methods than GET and HEAD are refused whoever asks', () => {
  expect(statusFor({}, '127.0.0.1', [], 'HEAD')).toBe(200);
  for (const method of ['POST', 'OPTIONS', 'TRACE']) expect(statusFor({}, '0.0.0.0', [], method)).toBe(405);
});
