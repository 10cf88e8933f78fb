import { fstatSync } from 'node:fs';
import sonic from 'sonic-boom';

/** Takes lines without ever waiting for who reads them. */
export interface LineTarget {
  /** Bytes that it has taken and not written yet. */
  readonly waiting: number;
  /** Takes a line in turn. */
  write(line: string): void;
  /** Tries again what could not be written. */
  retry(): void;
}

/**
 * @param lost receives each line that was taken and is not going to be written
 * @param failed called when something could not be written now
 */
export type OpenTarget = (lost: (line: string) => void, failed: () => void) => LineTarget;

/**
 * Standard output as a target. Pipes, sockets and terminals are written as they become ready; what else it can be (a
 * file, a device) by a thread of the pool. A pipe is never written by one: nobody may read it, and a thread that
 * waits in a write keeps the process from ending.
 */
export const standardOutput: OpenTarget = (lost, failed) =>
  isReadByOthers(process.stdout.fd)
    ? streamTarget(unblocked(process.stdout), lost, failed)
    : fileTarget(process.stdout.fd, failed);

function isReadByOthers(fd: number): boolean {
  if (process.stdout.isTTY) return true;
  const stats = fstatSync(fd);
  return stats.isFIFO() || stats.isSocket();
}

/**
 * A terminal that is not waited for: Node writes to one until it has taken everything, however long it is stopped.
 * Other streams are returned as they are.
 */
export function unblocked<T extends NodeJS.WritableStream>(stream: T): T {
  const { _handle: handle, isTTY } = stream as T & TerminalHandle;
  // There is no public way to do this.
  if (isTTY === true) handle?.setBlocking?.(false);
  return stream;
}

interface TerminalHandle {
  readonly isTTY?: boolean;
  readonly _handle?: { readonly setBlocking?: (blocking: boolean) => void } | null;
}

/** Lines to a stream: what it fails to write is lost. */
export function streamTarget(
  stream: NodeJS.WritableStream & { readonly writableLength: number },
  lost: (line: string) => void,
  failed: () => void,
): LineTarget {
  // Each line that fails is reported by its own callback; without a listener an error would end the process.
  stream.on('error', failed);
  return {
    get waiting() {
      return stream.writableLength;
    },
    write(line) {
      stream.write(line, (error) => {
        if (error != null) lost(line);
      });
    },
    retry: () => undefined,
  };
}

/** Lines to a file: what cannot be written now (a full disk) stays in its turn. */
export function fileTarget(fd: number, failed: () => void): LineTarget {
  // Pino's own destination writes what is left when the process ends, for as long as a disk is full.
  const file = new sonic.SonicBoom({ fd, sync: false });
  let waiting = 0;
  file.on('write', (bytes: number) => {
    waiting -= bytes;
  });
  file.on('error', failed);
  return {
    get waiting() {
      return waiting;
    },
    write(line) {
      waiting += Buffer.byteLength(line);
      file.write(line);
    },
    retry() {
      file.write('');
    },
  };
}
