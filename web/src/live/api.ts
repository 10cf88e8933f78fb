import type { Failure } from '../../../src/server/contract/failure.ts';

/** The server answered, but not with what was asked for. The message is a sentence for the reader. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** The address of something of the server's: relative to the page, which a proxy may serve under a path. */
export function serverUrl(path: string): string {
  return new URL(path, document.baseURI).href;
}

/**
 * Reads an answer of `/api`. The browser's cache asks again with the answer's ETag.
 * @throws ApiError with status 0 when the recorder cannot be reached
 */
export async function get<T>(path: string, signal: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(serverUrl(`api/${path}`), { signal, cache: 'no-cache' });
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new ApiError(0, 'The recorder cannot be reached.', { cause });
  }
  if (!response.ok) throw new ApiError(response.status, await sentence(response));
  return (await response.json()) as T;
}

async function sentence(response: Response): Promise<string> {
  const standard = `The recorder answered with status ${response.status}.`;
  if (!(response.headers.get('content-type') ?? '').includes('json')) return standard;
  const { error } = (await response.json()) as Partial<Failure>;
  return error ?? standard;
}

interface Page {
  readonly seq: number;
  readonly rows: readonly unknown[];
  readonly next: string | null;
}

/**
 * Reads a list to its end, page by page.
 * @returns the least `seq` of the pages: everything up to it was told
 */
export async function readAll(
  path: string,
  signal: AbortSignal,
  take: (rows: readonly unknown[]) => void,
): Promise<number> {
  let least = Infinity;
  let cursor: string | null = null;
  do {
    const where: string = cursor === null ? path : `${path}&cursor=${encodeURIComponent(cursor)}`;
    const page = await get<Page>(where, signal);
    take(page.rows);
    least = Math.min(least, page.seq);
    cursor = page.next;
  } while (cursor !== null);
  return least;
}
