/** The time zones that times can be shown in; `local` is the viewer's own. */
export const zones = ['nz', 'utc', 'local'] as const;
export type Zone = (typeof zones)[number];

const names: Readonly<Record<Zone, string | undefined>> = {
  nz: 'Pacific/Auckland',
  utc: 'UTC',
  local: undefined,
};

type Shape = 'minutes' | 'seconds' | 'day' | 'zone';

const shapes: Readonly<Record<Shape, Intl.DateTimeFormatOptions>> = {
  minutes: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  seconds: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  day: { weekday: 'short', day: 'numeric', month: 'short' },
  zone: { timeZoneName: 'short', hour: '2-digit' },
};

// Making one costs more than a thousand uses.
const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: Zone, shape: Shape): Intl.DateTimeFormat {
  const key = `${zone} ${shape}`;
  let found = formats.get(key);
  if (!found) {
    const timeZone = names[zone];
    found = new Intl.DateTimeFormat('en-NZ', { ...shapes[shape], ...(timeZone ? { timeZone } : {}) });
    formats.set(key, found);
  }
  return found;
}

/** Epoch milliseconds of a time as the server writes it. */
export function epoch(time: string): number {
  return Date.parse(time);
}

/** `14:05` */
export function minutes(ms: number, zone: Zone): string {
  return format(zone, 'minutes').format(ms);
}

/** `14:05:09` */
export function seconds(ms: number, zone: Zone): string {
  return format(zone, 'seconds').format(ms);
}

/** `Tue, 24 Nov` */
export function day(ms: number, zone: Zone): string {
  return format(zone, 'day').format(ms);
}

/** The zone's short name at a time, such as `NZDT`. */
export function zoneName(ms: number, zone: Zone): string {
  const parts = format(zone, 'zone').formatToParts(ms);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'local time';
}

/** `14:05`, with the day before it where it is not that of `now`. */
export function dayAndMinutes(ms: number, now: number, zone: Zone): string {
  const clock = minutes(ms, zone);
  return day(ms, zone) === day(now, zone) ? clock : `${day(ms, zone)} ${clock}`;
}
