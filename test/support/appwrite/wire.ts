import type { ServerResponse } from 'node:http';
import { stringifyJson, type Json } from './json.ts';

/** Sends an answer in JSON, a text, or nothing. */
export function send(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  content: { readonly body?: Json | undefined; readonly text?: string | undefined },
): void {
  const { body, text } = content;
  const type =
    body !== undefined
      ? 'application/json; charset=UTF-8'
      : text !== undefined
        ? 'text/plain; charset=UTF-8'
        : 'text/html';
  const bytes = Buffer.from(body === undefined ? (text ?? '') : stringifyJson(body));
  response.writeHead(status, {
    ...headers,
    'content-type': type,
    // A 204 has no length.
    ...(status === 204 ? {} : { 'content-length': String(bytes.length) }),
  });
  response.end(status === 204 ? undefined : bytes);
}

const page = (status: number): string =>
  `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;

/** An answer that a proxy gives by itself. */
export function sendHtml(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/html' });
  response.end(page(status));
}
