import type { IncomingMessage } from 'node:http';
import { isObject, parseJson, type JsonObject } from './json.ts';

/** What a request sent; null when it was more than is taken, all of which is then read and let go. */
export async function readBody(request: IncomingMessage, limit: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size > limit ? null : Buffer.concat(chunks).toString('utf8');
}

/** The parameters of a body; what is no JSON object has none. */
export function bodyParameters(body: string): JsonObject {
  if (body === '') return {};
  try {
    const value = parseJson(body);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
