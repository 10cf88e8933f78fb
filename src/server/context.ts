import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { JournalReader } from '../journal/reader.ts';
import type { Readiness } from './contract/status.ts';
import type { Lane } from './lane.ts';
import type { Limits } from './limits.ts';
import type { PollMinutes } from './poll-minutes.ts';
import type { JournalSigns } from './queries-status.ts';
import type { RecorderView } from './recorder-view.ts';
import type { Streams } from './stream.ts';

/** What the routes answer from. */
export interface Context {
  readonly recorder: RecorderView;
  readonly reader: JournalReader;
  readonly streams: Streams;
  readonly minutes: PollMinutes;
  readonly limits: Limits;
  /** Answers that read a few rows. */
  readonly light: Lane;
  /** Answers that read many. */
  readonly heavy: Lane;
  /** At most a second old. */
  readonly signs: () => JournalSigns;
  readonly readiness: () => Readiness;
}

/** The server's Fastify, whose routes are typed by their schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;
