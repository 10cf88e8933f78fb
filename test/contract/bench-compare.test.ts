import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, temporaryDirectory } from '../support/process.ts';

const directory = temporaryDirectory();
const repository = join(directory.path, 'repository');
/** Where worktrees are laid out: what stays behind is seen. */
const scratch = join(directory.path, 'scratch');
const copied = ['compare', 'compare-lines', 'compare-process', 'compare-revision', 'table', 'line', 'run'];

function git(...args: string[]): string {
  const who = ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.org'];
  return execFileSync('git', ['-C', repository, ...who, ...args], { encoding: 'utf8' });
}

function commit(message: string): string {
  git('add', '.');
  git('commit', '--quiet', '--message', message);
  return git('rev-parse', 'HEAD').trim();
}

/** Benchmarks that tell a figure, or never come to an end. */
function writeBenches(figure: number, waits = false): void {
  const line = {
    ...{ what: 'a poll', against: 'a loop', unit: 'ms', ours: figure, yardstick: 1, ratio: figure },
    ...{ spread: [figure, figure], n: 3, goal: null },
  };
  const run = waits
    ? "import { writeFileSync } from 'node:fs';\nconst run = () => { writeFileSync(process.env.TOLD ?? '', ''); return new Promise(() => setInterval(() => 0, 1000)); };"
    : `const run = async () => [${JSON.stringify(line)}];`;
  const list = `${run}\nexport const benches = [{ name: 'poll', run }];\nexport const longBenches = [];\n`;
  writeFileSync(join(repository, 'bench/benches.ts'), list);
}

function compare(...args: string[]) {
  const child = spawn(process.execPath, ['bench/compare.ts', ...args], {
    cwd: repository,
    env: { PATH: process.env.PATH, TMPDIR: scratch, TOLD: join(directory.path, 'told') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]).then(
    ([[code], stdout, stderr]) => ({ code: code as number | null, stdout, stderr }),
  );
  return { child, ended };
}

function leftBehind(): string[] {
  const worktrees = git('worktree', 'list', '--porcelain').match(/^worktree .*/gm) ?? [];
  return [...worktrees.slice(1), ...readdirSync(scratch)];
}

let [bare, first] = ['', ''];

beforeAll(() => {
  mkdirSync(join(repository, 'bench'), { recursive: true });
  mkdirSync(join(repository, 'node_modules'));
  mkdirSync(scratch);
  execFileSync('git', ['init', '--quiet', repository]);
  writeFileSync(join(repository, '.gitignore'), 'node_modules\n');
  writeFileSync(join(repository, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(join(repository, 'package-lock.json'), '{}\n');
  bare = commit('Without benchmarks');
  for (const name of copied) {
    cpSync(join(root, `bench/${name}.ts`), join(repository, `bench/${name}.ts`));
  }
  writeBenches(1);
  first = commit('With benchmarks');
});

afterAll(() => {
  directory.remove();
});

describe('bench:compare', () => {
  it('tells what became slower and exits 1', async () => {
    writeBenches(2);
    const { code, stdout } = await compare(first).ended;
    expect(stdout).toContain('slower poll: a poll against a loop (ms) 1 → 2 (+100.0 %)');
    expect(code).toBe(1);
    expect(leftBehind()).toEqual([]);
  });

  it('exits 0 when nothing did', async () => {
    writeBenches(0.5);
    const { code, stdout } = await compare(first, '--only', 'poll').ended;
    expect(stdout).toContain('faster poll:');
    expect(code).toBe(0);
    expect(leftBehind()).toEqual([]);
  });

  it.each([
    ['a revision that is not there', ['no-such-revision'], /no-such-revision: there is no such revision/],
    ['one without benchmarks', () => [bare], /has no benchmarks/],
    ['none', [], /Name one revision/],
    ['a benchmark that is not there', () => [first, '--only', 'else'], /--only else: there is no such/],
    ['too few rounds', () => [first, '--rounds', '1'], /--rounds 1: a whole number from 2/],
  ] as const)('answers %s with one sentence and exit code 2', async (_, args, sentence) => {
    const { code, stderr } = await compare(...(typeof args === 'function' ? args() : args)).ended;
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
    expect(leftBehind()).toEqual([]);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    writeBenches(1, true);
    const waiting = commit('Waiting benchmarks');
    const { child, ended } = compare(waiting);
    await expect.poll(() => existsSync(join(directory.path, 'told')), { timeout: 500_000 }).toBe(true);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(leftBehind()).toEqual([]);
  });
});
