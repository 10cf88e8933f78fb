import { describe, expect, it } from 'vitest';
import { nzDatesOfUtcDay, utcMidnights } from '../../src/streams/days.ts';
import { marbles } from '../support/marbles.ts';
import { storyClock, timeOf } from '../support/streams-clock.ts';

describe('the NZ dates of a UTC day', () => {
  it.each([
    // Midnight UTC is 13:00 in New Zealand in summer, noon in winter.
    ['in summer', '2026-03-07T05:00:00Z', ['2026-03-07', '2026-03-08']],
    ['in winter', '2026-07-07T05:00:00Z', ['2026-07-07', '2026-07-08']],
    ['at the first instant of the day', '2026-03-07T00:00:00.000Z', ['2026-03-07', '2026-03-08']],
    ['at the last instant of the day', '2026-03-07T23:59:59.999Z', ['2026-03-07', '2026-03-08']],
    // Summer time ends on 2026-04-05 at 03:00, which is 14:00 UTC of the day before.
    ['on the day on which summer time ends', '2026-04-04T20:00:00Z', ['2026-04-04', '2026-04-05']],
    ['on the day after summer time ended', '2026-04-05T00:00:00Z', ['2026-04-05', '2026-04-06']],
    // Summer time begins on 2026-09-27 at 02:00, which is 14:00 UTC of the day before.
    ['on the day on which summer time begins', '2026-09-26T13:59:00Z', ['2026-09-26', '2026-09-27']],
    ['on the day after summer time began', '2026-09-27T23:59:00Z', ['2026-09-27', '2026-09-28']],
    ['at the end of a year', '2026-12-31T12:00:00Z', ['2026-12-31', '2027-01-01']],
    ['on a leap day', '2028-02-28T12:00:00Z', ['2028-02-28', '2028-02-29']],
  ])('%s', (_name, time, dates) => {
    expect(nzDatesOfUtcDay(timeOf(time))).toEqual(dates);
  });

  it('hold every instant of the day, through a whole year', () => {
    const inNewZealand = new Intl.DateTimeFormat('en-CA', { timeZone: 'Pacific/Auckland' });
    for (
      let hour = timeOf('2026-01-01T00:00:00Z');
      hour < timeOf('2027-01-01T00:00:00Z');
      hour += 3_600_000
    ) {
      expect(nzDatesOfUtcDay(hour)).toContain(inNewZealand.format(hour));
    }
  });
});

describe('UTC midnights', () => {
  it.each([
    ['over the end of summer time', '2026-04-04T12:00:00Z'],
    ['over its beginning', '2026-09-26T12:00:00Z'],
  ])('come every 24 hours %s', (_name, begin) => {
    marbles((m) => {
      const clock = storyClock(m.scheduler, begin);
      const midnight = (days: number) => timeOf(`${begin.slice(0, 10)}T00:00:00Z`) + days * 86_400_000;
      m.expect(utcMidnights(clock), '2200m !').toBeObservable('720m a 86399999ms b', {
        a: midnight(1),
        b: midnight(2),
      });
    })();
  });

  it(
    'are not missed when the clock is set ahead over one',
    marbles((m) => {
      const clock = storyClock(m.scheduler, '23:30');
      m.scheduler.schedule(() => {
        clock.setBy(3_600_000);
      }, 90_000);
      m.expect(utcMidnights(clock), '60m !').toBeObservable('2m a', { a: timeOf('2026-03-08T00:00:00Z') });
    }),
  );

  it(
    'come in their time, and once each, when the clock is set back over one',
    marbles((m) => {
      const clock = storyClock(m.scheduler, '23:30');
      m.scheduler.schedule(() => {
        clock.setBy(-3_600_000);
      }, 45 * 60_000);
      // Midnight after half an hour; 23:15 again after three quarters; the next day's 24 hours and 45 minutes later.
      m.expect(utcMidnights(clock), '1600m !').toBeObservable('30m a 89999999ms b', {
        a: timeOf('2026-03-08T00:00:00Z'),
        b: timeOf('2026-03-09T00:00:00Z'),
      });
    }),
  );

  it(
    'begin with the next one at a midnight itself',
    marbles((m) => {
      const clock = storyClock(m.scheduler, '2026-03-07T00:00:00Z');
      m.expect(utcMidnights(clock), '1500m !').toBeObservable('1440m a', {
        a: timeOf('2026-03-08T00:00:00Z'),
      });
    }),
  );
});
