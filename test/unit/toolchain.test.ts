import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { minVersion, satisfies } from 'semver';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { root } from '../support/process.ts';

const read = (name: string): string => readFileSync(join(root, name), 'utf8');

/** What oddstream runs on. */
const { node } = manifest.devDependencies;
const [major, minor] = node.split('.');

describe('the Node that oddstream runs on', () => {
  it('is the same in the installation, the image, the types and the version manager', () => {
    expect(satisfies(node, manifest.engines.node)).toBe(true);
    expect(manifest.devDependencies['@types/node'].split('.')[0]).toBe(major);
    expect(read('.nvmrc').trim()).toBe(major);
    const images = [...read('Dockerfile').matchAll(/^FROM node:(\d+)-/gm)].map(([, image]) => image);
    expect(images.length).toBeGreaterThan(0);
    expect(new Set(images)).toEqual(new Set([major]));
    expect(read('README.md')).toContain(`the Node ${major} that oddstream runs on`);
  });

  it('is what the start asks for', () => {
    const required = minVersion(manifest.engines.node);
    expect(read('bin/oddstream.js')).toContain(`[${required?.major ?? ''}, ${required?.minor ?? ''}]`);
    expect(Number(minor)).toBeGreaterThanOrEqual(required?.minor ?? Infinity);
  });
});

describe('the Node that npm is run with', () => {
  it('is promised by the README', () => {
    const least = minVersion(manifest.devEngines.runtime.version);
    expect(read('README.md')).toContain(`Node ${least?.major ?? ''} or newer`);
  });

  it('gets no warnings of packages that only the newer one runs', () => {
    expect(read('.npmrc')).toMatch(/^loglevel=error$/m);
  });
});
