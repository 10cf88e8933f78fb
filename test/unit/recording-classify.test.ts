import { describe, expect, it } from 'vitest';
import { classify } from '../../src/sources/recording/classify.ts';

describe('a recorded URL', () => {
  it.each([
    ['/affiliates/v1/racing/events/44d5-1', '44d5-1'],
    ['/affiliates/v1/racing/events/44d5-1?enc=json&with_will_pays=true', '44d5-1'],
    ['/affiliates/v1/racing/events/44d5-1/?x=/meetings', '44d5-1'],
    ['/affiliates/v1/racing/events/a%20b%2Fc', 'a b/c'],
    ['https://api.tab.co.nz/affiliates/v1/racing/events/44d5-1#x', '44d5-1'],
    ['http://127.0.0.1:8080/feed/affiliates/v1/racing/events/44d5-1', '44d5-1'],
  ])('%s is that of an event', (url, raceId) => {
    expect(classify(url)).toEqual({ kind: 'event', raceId });
  });

  it.each([
    '/affiliates/v1/racing/meetings',
    '/affiliates/v1/racing/meetings?date_from=2026-02-28&date_to=2026-02-28',
    '/affiliates/v1/racing/meetings/d3f82a25?enc=json',
    'https://api.tab.co.nz/affiliates/v1/racing/meetings/',
  ])('%s is that of a listing', (url) => {
    expect(classify(url)).toEqual({ kind: 'listing' });
  });

  it.each([
    '/affiliates/v1/racing/list?date_from=today',
    '/affiliates/v1/racing/extras/44d5',
    '/affiliates/v1/racing/futures?enc=json',
    '/affiliates/v1/racing/events',
    '/affiliates/v1/racing/events/',
    '/affiliates/v1/racing/events/44d5/odds',
    '/affiliates/v1/racing/events/%E0%A4%A',
    '/other?next=/affiliates/v1/racing/events/44d5',
    '',
    'http://[',
  ])('%s is another', (url) => {
    expect(classify(url)).toEqual({ kind: 'other' });
  });
});
