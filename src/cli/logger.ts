import { pino } from 'pino';
import type { DestinationStream } from 'pino';
import type { Log, LogEventName } from '../domain/log-events.ts';
import { timestamp } from '../domain/time.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type LogLevel = (typeof logLevels)[number];

/** Events that are not of level `info`. */
const levels: Partial<Record<LogEventName, 'debug' | 'warn' | 'error' | 'fatal'>> = {
  'service.failed': 'fatal',
  'import.meetings_failed': 'error',
  'import.race_failed': 'error',
  'listing.taken': 'debug',
  'listing.failed': 'warn',
  'race.unknown_status': 'warn',
  'race.vanished': 'warn',
  'race.dropped': 'warn',
  'race.restarted': 'error',
  'race.stalled': 'error',
  'poll.unchanged': 'debug',
  'poll.failed': 'warn',
  'poll.quarantined': 'warn',
  'feed.not_granted': 'warn',
  'feed.held': 'warn',
  'feed.clock': 'warn',
  'clock.jumped': 'warn',
  'loop.stalled': 'warn',
  'gap.opened': 'warn',
  'journal.failed': 'error',
  'replay.problem': 'warn',
};

/** One line of a log, for those who show it instead of writing it. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly event: LogEventName };

/**
 * Writes events as NDJSON: `level`, `time` on the recorder's clock, `event`, and the event's own fields.
 *
 * @param now epoch milliseconds of the recorder's clock, which runs fast beside a fast simulator
 * @param destination standard output when left out
 */
export function createLog(level: LogLevel, now: () => number, destination?: DestinationStream): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${timestamp(now())}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
  return (event, fields) => {
    logger[levels[event] ?? 'info']({ event, ...fields });
  };
}
