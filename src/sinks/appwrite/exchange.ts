import type { Dispatcher } from 'undici';
import { AppwriteError, networkError, statusError } from './errors.ts';

/** Most bytes of an answer: a hundred rows with all their JSON are a tenth of it. */
const answerLimit = 32 * 1024 * 1024;

/** The longest that a server's wish to be left alone is taken at its word, before it is asked again. */
const longestWaitMs = 3_600_000;

export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly signal: AbortSignal;
}

/**
 * One request and its answer's JSON. Redirects are not followed: the key travels in a header.
 * @throws AppwriteError and nothing else
 */
export async function exchange(pool: Dispatcher, call: Call): Promise<unknown> {
  const { method, url, headers, body, signal } = call;
  const name = `${method} ${url.pathname}`;
  try {
    const path = `${url.pathname}${url.search}`;
    const answer = await pool.request({ origin: url.origin, method, path, headers, body, signal });
    const { statusCode } = answer;
    const encoding = answer.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') throw compressed(name, answer.body);
    const text = await textOf(name, answer.body);
    const json = parsed(text);
    if (statusCode >= 300) throw statusError(name, statusCode, json, waitOf(answer.headers, Date.now()));
    if (statusCode === 204) return undefined;
    if (json === undefined) throw notAppwrite(name);
    return json;
  } catch (error) {
    throw networkError(name, error);
  }
}

async function textOf(name: string, body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > answerLimit) {
      throw new AppwriteError('misdirected', `${name} was answered with more than ${answerLimit} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function compressed(name: string, body: Dispatcher.ResponseData['body']): AppwriteError {
  body.on('error', () => undefined).destroy();
  return new AppwriteError('misdirected', `${name} was answered with a compression that was not asked for.`);
}

function notAppwrite(name: string): AppwriteError {
  return new AppwriteError('misdirected', `${name} was answered with something else than JSON.`);
}

/** Milliseconds that a refusal asks to wait: `Retry-After` of a proxy, or Appwrite's own end of a rate limit. */
function waitOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  now: number,
): number | null {
  const [after, reset] = ['retry-after', 'x-ratelimit-reset'].map((name) => String(headers[name] ?? ''));
  const seconds = /^\d+$/.test(after ?? '') ? Number(after) : null;
  const until = seconds === null ? Date.parse(after ?? '') : now + seconds * 1000;
  // Appwrite sends the reset with every answer; it means something only where a limit was met.
  const end = Number.isNaN(until) && headers['x-ratelimit-remaining'] === '0' ? Number(reset) * 1000 : until;
  return Number.isNaN(end) ? null : Math.min(Math.max(0, end - now), longestWaitMs);
}
