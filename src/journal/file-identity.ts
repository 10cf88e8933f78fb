import { statSync } from 'node:fs';

/** What a name stands for on the disk. */
export interface FileLook {
  /** Device and inode: the same for every name of one file, another one for a file that took its place. */
  readonly id: string;
  /** Bytes. */
  readonly size: number;
  /** How many names the file has. */
  readonly names: number;
}

const missing = new Set(['ENOENT', 'ENOTDIR']);

/**
 * Looks at a file without opening it.
 * @returns null when there is none; undefined when that cannot be seen, for want of a permission for instance
 */
export function lookAt(path: string): FileLook | null | undefined {
  try {
    const { dev, ino, size, nlink } = statSync(path, { bigint: true });
    return { id: `${dev}-${ino}`, size: Number(size), names: Number(nlink) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return missing.has(code) ? null : undefined;
  }
}
