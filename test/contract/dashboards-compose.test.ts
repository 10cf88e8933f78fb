import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseHttpAddress } from '../../src/app/settings/http-address.ts';
import { deployed } from '../support/dashboards.ts';
import { root } from '../support/process.ts';

const service = z.object({
  image: z.string().optional(),
  user: z.string().optional(),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
  logging: z.object({ driver: z.string(), options: z.record(z.string(), z.string()) }).optional(),
});
const composeFile = z.object({
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
});

const file = readFileSync(join(root, 'compose.observability.yaml'), 'utf8');
const { services, volumes } = composeFile.parse(parse(file));
const added = Object.entries(services).filter(([name]) => name !== 'oddstream');

interface Mount {
  readonly from: string;
  readonly to: string;
  readonly readOnly: boolean;
}

/** Mounts with what stands for a variable that is not set. */
function mounts(name: string): Mount[] {
  return (services[name]?.volumes ?? []).map((text) => {
    const [from = '', to = '', mode] = text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1').split(':');
    return { from, to, readOnly: mode === 'ro' };
  });
}

/** The file of this checkout that a container finds at a path. */
function behind(name: string, path: string): string {
  const mount = mounts(name).find(({ to }) => path === to || path.startsWith(`${to}/`));
  if (mount === undefined) throw new Error(`${name} mounts nothing at ${path}.`);
  return join(root, mount.from, path.slice(mount.to.length));
}

function yamlAt(path: string): unknown {
  return parse(readFileSync(path, 'utf8'));
}

describe('compose.observability.yaml', () => {
  it('goes together with compose.yaml', () => {
    const base = z
      .object({ services: z.record(z.string(), z.unknown()), volumes: z.record(z.string(), z.unknown()) })
      .parse(yamlAt(join(root, 'compose.yaml')));
    expect(Object.keys(base.services)).toEqual(['oddstream']);
    expect(Object.keys(base.volumes).filter((name) => name in volumes)).toEqual([]);
    expect(services.oddstream?.image).toBeUndefined();
  });

  it.each(added)(
    '%s has a pinned version and no more rights than it needs',
    (name, { image, read_only, cap_drop }) => {
      expect(image).toMatch(/^[a-z]+\/[a-z]+:v?\d+\.\d+\.\d+$/);
      expect({ read_only, cap_drop }).toEqual({ read_only: true, cap_drop: ['ALL'] });
      expect(services[name]?.user ?? 'root').toBe('root');
      expect(name === 'alloy').toBe(services[name]?.user === 'root');
    },
  );

  it('listens on this machine only, and has no password', () => {
    const ports = Object.values(services).flatMap((one) => one.ports);
    expect(ports.toSorted()).toEqual(['127.0.0.1:3000:3000', '127.0.0.1:9090:9090']);
    expect(file).not.toMatch(/password|docker\.sock|privileged/i);
    expect(services.grafana?.environment).toMatchObject({
      GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
      GF_AUTH_BASIC_ENABLED: 'false',
      GF_AUTH_DISABLE_LOGIN_FORM: 'true',
      GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: 'true',
    });
  });

  it('mounts what there is, read-only, and volumes that it names', () => {
    const all = Object.keys(services).flatMap(mounts);
    const named = all.filter(({ from }) => !/^[./]/.test(from));
    expect(named.map(({ from }) => from).toSorted()).toEqual(Object.keys(volumes).toSorted());
    for (const { from, readOnly } of all.filter((mount) => !named.includes(mount))) {
      expect(readOnly, from).toBe(true);
      if (from.startsWith('./')) expect(existsSync(join(root, from)), from).toBe(true);
    }
    expect(all.filter(({ from }) => from.startsWith('/')).map(({ from }) => from)).toEqual([
      '/var/lib/docker/containers',
    ]);
  });

  it('starts each with a file that it mounts, and with a place to write', () => {
    const named = { prometheus: 'prometheus.yaml', loki: 'loki.yaml', alloy: 'config.alloy' };
    for (const [name, config] of Object.entries(named)) {
      const argument = services[name]?.command.find((text) => text.endsWith(config)) ?? '';
      expect(existsSync(behind(name, argument.replace(/^.*=/, ''))), name).toBe(true);
    }
    const writes = { prometheus: /path=(.*)/, alloy: /storage\.path=(.*)/ };
    for (const [name, shape] of Object.entries(writes)) {
      const place = services[name]?.command.map((text) => shape.exec(text)?.[1]).find((text) => text);
      expect(mounts(name)).toContainEqual({ from: name, to: place, readOnly: false });
    }
    const loki = readFileSync(deployed('loki/loki.yaml'), 'utf8');
    const kept = [...loki.matchAll(/: (\/\S+)$/gm)].map(([, path = '']) => path);
    expect(kept.filter((path) => path !== '/loki' && !path.startsWith('/loki/'))).toEqual([]);
    expect(mounts('loki')).toContainEqual({ from: 'loki', to: '/loki', readOnly: false });
  });

  it('has Prometheus read the recorder, and its alerts', () => {
    const { scrape_configs, rule_files } = z
      .object({
        rule_files: z.array(z.string()),
        scrape_configs: z.array(
          z.object({
            job_name: z.string(),
            static_configs: z.array(z.object({ targets: z.array(z.string()) })),
          }),
        ),
      })
      .parse(yamlAt(behind('prometheus', '/etc/prometheus/prometheus.yaml')));
    const address = parseHttpAddress(services.oddstream?.environment.ODDSTREAM_HTTP ?? '');
    expect(address?.host).toBe('0.0.0.0');
    expect(scrape_configs).toEqual([
      { job_name: 'oddstream', static_configs: [{ targets: [`oddstream:${address?.port}`] }] },
    ]);
    for (const rules of rule_files)
      expect(existsSync(behind('prometheus', `/etc/prometheus/${rules}`))).toBe(true);
  });

  it('has Grafana find its data sources and dashboards', () => {
    const { datasources } = z
      .object({ datasources: z.array(z.object({ url: z.string() })) })
      .parse(yamlAt(behind('grafana', '/etc/grafana/provisioning/datasources/oddstream.yaml')));
    const { server } = z
      .object({ server: z.object({ http_listen_port: z.int() }) })
      .parse(yamlAt(deployed('loki/loki.yaml')));
    const loki = `http://loki:${server.http_listen_port}`;
    expect(datasources.map(({ url }) => url)).toEqual(['http://prometheus:9090', loki]);
    expect(readFileSync(behind('alloy', '/etc/alloy/config.alloy'), 'utf8')).toContain(
      `"${loki}/loki/api/v1/push"`,
    );
    const { providers } = z
      .object({ providers: z.array(z.object({ options: z.object({ path: z.string() }) })) })
      .parse(yamlAt(behind('grafana', '/etc/grafana/provisioning/dashboards/oddstream.yaml')));
    const [path = ''] = providers.map(({ options }) => options.path);
    for (const name of ['oddstream', 'oddstream-logs']) {
      expect(existsSync(behind('grafana', `${path}/${name}.json`)), name).toBe(true);
    }
    const home = services.grafana?.environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? '';
    expect(existsSync(behind('grafana', home))).toBe(true);
  });

  it('has the log shipper find the lines of the recorder by their tag', () => {
    const { driver, options } = services.oddstream?.logging ?? {};
    expect(driver).toBe('json-file');
    const alloy = readFileSync(behind('alloy', '/etc/alloy/config.alloy'), 'utf8');
    expect(alloy).toContain(`!= \`\\"tag\\":\\"${options?.tag ?? ''}\\"\``);
    const [, pattern = ''] = /__path__ = "([^"]*)"/.exec(alloy) ?? [];
    expect(mounts('alloy').some(({ to }) => pattern.startsWith(`${to}/`))).toBe(true);
  });
});
