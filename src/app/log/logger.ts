import { pino } from 'pino';
import type { DestinationStream } from 'pino';
import type { Log, LogEventName } from '../../domain/log-events.ts';
import { redact } from '../../domain/secret.ts';
import type { LogLevel } from './log-levels.ts';
import { LogOutput, standardLog } from './log-output.ts';
import { timestamp } from '../../domain/time.ts';

/** Events that are not of level `info`. */
const levels: Partial<Record<LogEventName, 'debug' | 'warn' | 'error' | 'fatal'>> = {
  'service.failed': 'fatal',
  'import.meetings_failed': 'error',
  'import.race_failed': 'error',
  'selection.absent': 'warn',
  'listing.taken': 'debug',
  'listing.failed': 'warn',
  'listing.repeated': 'warn',
  'poll.incomplete': 'warn',
  'feed.drifted': 'warn',
  'listing.quarantined': 'warn',
  'race.unknown_status': 'warn',
  'race.disputed': 'warn',
  'race.vanished': 'warn',
  'race.overdue': 'warn',
  'race.dropped': 'warn',
  'race.restarted': 'error',
  'race.stalled': 'error',
  'poll.unchanged': 'debug',
  'poll.failed': 'warn',
  'poll.quarantined': 'warn',
  'feed.not_granted': 'warn',
  'feed.held': 'warn',
  'feed.clock': 'warn',
  'feed.clock_reset': 'warn',
  'clock.jumped': 'warn',
  'loop.stalled': 'warn',
  'log.dropped': 'warn',
  'sink.read_back_failed': 'warn',
  'sink.lagging': 'warn',
  'sink.paused': 'error',
  'sink.dead_letter': 'error',
  'server.unavailable': 'warn',
  'server.failed': 'error',
  'server.dropped': 'warn',
  'gap.opened': 'warn',
  'journal.failed': 'error',
  'journal.lost': 'error',
  'journal.log_grows': 'warn',
  'journal.lock_restored': 'warn',
  'recording.failed': 'error',
  'replay.problem': 'warn',
  'repair.problem': 'warn',
  'verify.difference': 'warn',
  'verify.failed': 'error',
};

/** The level that an event is logged at. */
export function levelOf(event: LogEventName): LogLevel {
  return levels[event] ?? 'info';
}

/**
 * Writes events as NDJSON: `level`, `time` on the recorder's clock, `event`, and the event's own fields.
 *
 * @param now epoch milliseconds of the recorder's clock, which runs fast beside a fast simulator
 * @param destination standard output when left out
 */
export function createLog(
  level: LogLevel,
  now: () => number,
  destination: DestinationStream = standardLog(),
): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${timestamp(now())}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  const log: Log = (event, fields) => {
    const level = levelOf(event);
    if (logger.isLevelEnabled(level)) logger[level]({ event, ...(redacted(fields) as object) });
  };
  if (destination instanceof LogOutput) {
    destination.reportBy((lines) => {
      log('log.dropped', { lines });
    });
  }
  return log;
}

/** Messages of errors that nobody expected are among the fields. */
function redacted(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, redacted(field)]));
}
