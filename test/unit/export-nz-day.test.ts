import { describe, expect, it } from 'vitest';
import { nzDateOf, nzDay } from '../../src/sinks/files/nz-day.ts';

describe('nzDay', () => {
  it.each([
    ['2026-02-28', '2026-02-27T11:00:00.000Z', '2026-02-28T11:00:00.000Z'],
    ['2026-07-17', '2026-07-16T12:00:00.000Z', '2026-07-17T12:00:00.000Z'],
    // Clocks go back on this day, and forward on that.
    ['2026-04-05', '2026-04-04T11:00:00.000Z', '2026-04-05T12:00:00.000Z'],
    ['2026-09-27', '2026-09-26T12:00:00.000Z', '2026-09-27T11:00:00.000Z'],
  ])('%s goes from %s to %s', (date, from, to) => {
    expect(nzDay(date)).toEqual({ date, from, to });
  });

  it.each(['2026-02-29', '2026-13-01', '28.2.2026', '', '2026-2-8'])('"%s" is no date', (text) => {
    expect(nzDay(text)).toBeNull();
  });

  it('agrees with the date of each of its instants', () => {
    const day = nzDay('2026-04-05');
    expect(nzDateOf(day?.from ?? '')).toBe('2026-04-05');
    expect(nzDateOf('2026-04-05T11:59:59.999Z')).toBe('2026-04-05');
    expect(nzDateOf(day?.to ?? '')).toBe('2026-04-06');
  });
});
