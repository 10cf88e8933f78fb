import { realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Destination } from './destination.ts';
import { ExportError, unwritable } from './errors.ts';

/**
 * A file that has its name only once it is whole: until then it is `FILE.part`.
 *
 * @param replace whether a file of that name, or what a killed export left behind, makes room
 * @throws ExportError when it cannot be written there
 */
export async function openFile(file: string, replace: boolean): Promise<Destination> {
  const path = located(file, replace);
  const part = `${path}.part`;
  try {
    if (replace) rmSync(part, { force: true });
    return new ExportFile(path, part, await open(part, 'wx'), replace);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw unwritable(part, error);
    throw new ExportError(
      `${part} is there already: another export writes it, or left it when it was killed; ` +
        'remove it, or give --force.',
      { cause: error },
    );
  }
}

class ExportFile implements Destination {
  readonly name: string;
  bytes = 0;
  readonly #part: string;
  readonly #handle: FileHandle;
  readonly #replace: boolean;
  #open = true;

  constructor(path: string, part: string, handle: FileHandle, replace: boolean) {
    this.name = path;
    this.#part = part;
    this.#handle = handle;
    this.#replace = replace;
  }

  async write(chunk: Uint8Array): Promise<void> {
    try {
      await this.#handle.writeFile(chunk);
      this.bytes += chunk.byteLength;
    } catch (error) {
      throw unwritable(this.#part, error);
    }
  }

  async finish(): Promise<void> {
    try {
      await this.#handle.sync();
      await this.#handle.close();
    } catch (error) {
      throw unwritable(this.#part, error);
    }
    located(this.name, this.#replace);
    try {
      renameSync(this.#part, this.name);
    } catch (error) {
      throw unwritable(this.name, error);
    }
    this.#open = false;
  }

  discard(): void {
    if (!this.#open) return;
    this.#open = false;
    rmSync(this.#part, { force: true });
    // It may be closed already, and nothing is lost of a file that is gone.
    this.#handle.close().catch(() => undefined);
  }
}

/** Absolute and without symbolic links, so that a link goes on pointing to what is written. */
function located(file: string, replace: boolean): string {
  const path = resolve(file);
  const stats = look(path);
  if (stats === undefined) return path;
  if (stats.isDirectory()) throw new ExportError(`${file} is a directory; name a file in it.`);
  if (!stats.isFile()) throw new ExportError(`${file} is not a regular file; name another one.`);
  if (!replace) throw new ExportError(`${file} is there already; name another file, or give --force.`);
  return realpathSync(path);
}

function look(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw unwritable(path, error);
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null;
}
