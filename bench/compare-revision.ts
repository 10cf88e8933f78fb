import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What cannot be compared, in one sentence. */
export class RevisionError extends Error {
  override readonly name = 'RevisionError';
}

/** A revision laid out in a directory of its own. */
export interface LaidOut {
  readonly directory: string;
  readonly remove: () => void;
}

function git(root: string, args: readonly string[]): string {
  return execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The file of a revision; null when it has none. */
function fileOf(root: string, commit: string, path: string): string | null {
  try {
    return git(root, ['show', `${commit}:${path}`]);
  } catch {
    return null;
  }
}

/**
 * The commit that a name stands for.
 * @throws RevisionError when there is none, or it has no benchmarks
 */
export function commitOf(root: string, revision: string): string {
  let commit: string;
  try {
    commit = git(root, [
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${revision}^{commit}`,
    ]).trim();
  } catch {
    throw new RevisionError(`${revision}: there is no such revision in this repository; git log shows them.`);
  }
  if (fileOf(root, commit, 'bench/run.ts') === null) {
    throw new RevisionError(`${revision} has no benchmarks (bench/run.ts); name a later revision.`);
  }
  return commit;
}

/**
 * Lays a commit out in a temporary directory, with the packages of this checkout if they are the same.
 * @param install installs its packages, where they are others
 */
export async function layOut(
  root: string,
  commit: string,
  install: (directory: string) => Promise<unknown>,
): Promise<LaidOut> {
  const parent = mkdtempSync(join(tmpdir(), 'oddstream-compare-'));
  const directory = join(parent, 'revision');
  const remove = (): void => {
    rmSync(parent, { recursive: true, force: true });
    git(root, ['worktree', 'prune']);
  };
  try {
    git(root, ['worktree', 'add', '--detach', directory, commit]);
    if (readFileSync(join(root, 'package-lock.json'), 'utf8') === fileOf(root, commit, 'package-lock.json')) {
      symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
      const page = join(root, 'web', 'dist');
      if (existsSync(page)) symlinkSync(page, join(directory, 'web', 'dist'));
    } else {
      await install(directory);
    }
    return { directory, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
