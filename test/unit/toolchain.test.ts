import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { minVersion, satisfies, subset } from 'semver';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { root } from '../support/process.ts';

const read = (name: string): string => readFileSync(join(root, name), 'utf8');

const lockfile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      optional: z.boolean().optional(),
      engines: z.looseObject({ node: z.string().optional() }).or(z.array(z.string())).optional(),
    }),
  ),
});

/** What `npm` may run on. */
const { version: promised } = manifest.devEngines.runtime;

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
    const versions = promised.split(' || ').map((range) => minVersion(range));
    const names = versions.map((version) =>
      `${version?.major ?? ''}.${version?.minor ?? ''}`.replace(/\.0$/, ''),
    );
    expect(read('README.md')).toContain(`Node ${names.join(', ')} or newer`);
  });

  it('is enough for every package, so that npm ci warns of none', () => {
    const { packages } = lockfile.parse(JSON.parse(read('package-lock.json')));
    const wanting = Object.entries(packages).flatMap(([path, { optional, engines }]) => {
      const range = Array.isArray(engines) ? undefined : engines?.node;
      if (path === '' || optional === true || range === undefined || subset(promised, range)) return [];
      return [`${path} wants ${range}`];
    });
    expect(wanting).toEqual([]);
  });
});
