import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);
const html =
  '<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>\n';

/** Sends JSON, compressed where the client takes it; resolves once all of it went out, false when it did not. */
export async function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): Promise<boolean> {
  const plain = Buffer.from(body);
  const zipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  // Level 1 off the event loop: speed matters more here than size.
  const bytes = zipped ? await compress(plain, { level: 1 }) : plain;
  if (response.destroyed) return false;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
    vary: 'accept-encoding',
    ...(zipped ? { 'content-encoding': 'gzip' } : {}),
    ...headers,
  });
  return await new Promise((resolve) => {
    response.once('finish', () => {
      resolve(true);
    });
    response.once('close', () => {
      resolve(false);
    });
    response.end(bytes);
  });
}

/** Announces the whole body and breaks the connection half-way through it. */
export function sendCut(response: ServerResponse, body: string): void {
  const bytes = Buffer.from(body);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.socket?.destroy());
}

/** A page of a proxy that lies about its status. */
export function sendHtml(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end(html);
}

/** Ends the connection with a TCP reset. */
export function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}
