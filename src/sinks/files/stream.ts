import type { Writable } from 'node:stream';
import type { Destination } from './destination.ts';
import { ExportError, unwritable } from './errors.ts';

/** Standard output: what was written stays written. */
export function openStream(stream: Writable): Destination {
  let bytes = 0;
  // Each write tells its own failure; without a listener the process would die of the event.
  stream.on('error', () => undefined);
  return {
    name: '-',
    get bytes() {
      return bytes;
    },
    write: (chunk) =>
      new Promise((resolve, reject) => {
        stream.write(chunk, (error) => {
          if (error) reject(failure(error));
          else resolve();
        });
        bytes += chunk.byteLength;
      }),
    finish: () => Promise.resolve(),
    discard: () => undefined,
  };
}

function failure(error: Error): ExportError {
  const isClosed = 'code' in error && error.code === 'EPIPE';
  if (!isClosed) return unwritable('standard output', error);
  return new ExportError('standard output was closed before everything was written.', { cause: error });
}
