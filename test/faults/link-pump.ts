import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** What goes wrong on a link while it lasts. Times in real milliseconds. */
export type LinkFault =
  /** Every piece takes longer, by as much as `jitterMs` more or less. */
  | { readonly kind: 'latency'; readonly ms: number; readonly jitterMs: number }
  /** Nothing listens, and what was connected is reset. */
  | { readonly kind: 'refused' }
  /** Nothing listens for a while, then something does, then nothing, and so on. */
  | { readonly kind: 'flapping'; readonly everyMs: number }
  /** Every connection is reset, or ended as if that were all, after so many bytes of answers. */
  | { readonly kind: 'reset' | 'truncated'; readonly afterBytes: number }
  /** Connections are accepted, and nothing ever comes back, on the older ones neither. */
  | { readonly kind: 'silent' }
  /** The other side of what is connected is gone without a word; new connections are as good as ever. */
  | { readonly kind: 'vanished' }
  | { readonly kind: 'trickle'; readonly bytesPerSecond: number };

/** A fault while it lasts. */
export interface Trouble {
  readonly fault: LinkFault;
  readonly chance: () => number;
  struck: number;
}

/** The two ends of a connection. */
export interface Ends {
  readonly client: Socket;
  readonly server: Socket;
  /** Nothing passes any more, and nobody is told. */
  frozen: boolean;
  /** Bytes of answers since the fault began. */
  answered: number;
}

/** Passes on what one end sends, as well as the trouble of the moment allows. */
export async function pump(
  from: Socket,
  to: Socket,
  ends: Ends,
  now: () => Trouble | null,
  isAnswer: boolean,
): Promise<void> {
  try {
    for await (const piece of from as AsyncIterable<Buffer>) {
      const trouble = now();
      // For good: who vanished does not come back.
      if (ends.frozen) {
        if (trouble !== null) trouble.struck++;
        continue;
      }
      if (trouble === null) await write(to, piece);
      else if (!(await hamper(trouble, piece, to, ends, isAnswer))) return;
    }
    if (!ends.frozen) to.end();
  } catch {
    // A connection that broke at one end breaks at the other.
    if (!ends.frozen) to.destroy();
  }
}

/** @returns whether the connection is still there */
async function hamper(
  trouble: Trouble,
  piece: Buffer,
  to: Socket,
  ends: Ends,
  isAnswer: boolean,
): Promise<boolean> {
  const { fault, chance } = trouble;
  switch (fault.kind) {
    case 'latency':
      trouble.struck++;
      await wait(Math.max(0, fault.ms + (2 * chance() - 1) * fault.jitterMs));
      await write(to, piece);
      return true;
    case 'trickle':
      trouble.struck++;
      await trickle(to, piece, fault.bytesPerSecond);
      return true;
    case 'reset':
    case 'truncated': {
      const left = isAnswer ? fault.afterBytes - ends.answered : Infinity;
      if (isAnswer) ends.answered += piece.length;
      if (piece.length < left) {
        await write(to, piece);
        return true;
      }
      trouble.struck++;
      await write(to, piece.subarray(0, left));
      if (fault.kind === 'reset') to.resetAndDestroy();
      else to.end();
      ends.server.destroy();
      return false;
    }
    default:
      await write(to, piece);
      return true;
  }
}

async function trickle(to: Socket, piece: Buffer, bytesPerSecond: number): Promise<void> {
  // Once the other end has given up, nobody waits for the rest.
  for (let at = 0; at < piece.length && to.writable; at++) {
    await write(to, piece.subarray(at, at + 1));
    await wait(1_000 / bytesPerSecond);
  }
}

async function write(to: Socket, piece: Buffer): Promise<void> {
  if (to.writable && !to.write(piece)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
}
