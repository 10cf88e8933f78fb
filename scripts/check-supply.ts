// What is shipped with oddstream: licences, install scripts, lockfile, known vulnerabilities, bill of materials.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const allowedLicences = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
]);
const sbomFile = 'sbom.cdx.json';

const licence = z.object({
  license: z.object({ id: z.string().optional(), name: z.string().optional() }).optional(),
  expression: z.string().optional(),
});
const componentSchema = z.looseObject({
  'bom-ref': z.string(),
  name: z.string(),
  version: z.string(),
  licenses: z.array(licence).optional(),
  properties: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
});
const sbomSchema = z.looseObject({
  components: z.array(componentSchema),
  dependencies: z.array(z.looseObject({ ref: z.string() })),
});
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      dev: z.boolean().optional(),
      integrity: z.string().optional(),
      hasInstallScript: z.boolean().optional(),
    }),
  ),
});
const auditSchema = z.object({
  metadata: z.object({ vulnerabilities: z.object({ total: z.number() }) }),
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string() })),
});

const problems: string[] = [];

function npm(...args: string[]): { status: number | null; stdout: string } {
  return spawnSync('npm', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

/** The bill of what is shipped: `npm sbom --omit=dev` leaves out packages that development tools need as well. */
function shippedBill(): z.infer<typeof sbomSchema> {
  const { stdout } = npm('sbom', '--sbom-format=cyclonedx', '--package-lock-only');
  const all = sbomSchema.parse(JSON.parse(stdout));
  const isTool = ({ properties = [] }: z.infer<typeof componentSchema>): boolean =>
    properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');
  const tools = new Set(all.components.filter(isTool).map((component) => component['bom-ref']));
  return {
    ...all,
    components: all.components.filter((component) => !tools.has(component['bom-ref'])),
    dependencies: all.dependencies.filter(({ ref }) => !tools.has(ref)),
  };
}

function checkLicences(): void {
  const bill = shippedBill();
  const { components } = bill;
  writeFileSync(sbomFile, `${JSON.stringify(bill, null, 2)}\n`);
  const byLicence = new Map<string, string[]>();
  for (const { name, version, licenses = [] } of components) {
    const ids = licenses.map((one) => one.license?.id ?? one.license?.name ?? one.expression ?? 'unknown');
    const id = ids.join(' and ') || 'unknown';
    byLicence.set(id, [...(byLicence.get(id) ?? []), `${name}@${version}`]);
    if (ids.length === 0 || !ids.every((each) => allowedLicences.has(each))) {
      problems.push(
        `${name}@${version} has the licence ${id}, which is not among ${[...allowedLicences].join(', ')}`,
      );
    }
  }
  console.log(`${components.length} packages are shipped (bill of materials: ${sbomFile})`);
  for (const [id, names] of byLicence) console.log(`  ${id}: ${names.toSorted().join(', ')}`);
}

function checkLockfile(): void {
  const { packages } = lockSchema.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));
  for (const [path, entry] of Object.entries(packages)) {
    if (path === '') continue;
    if (entry.integrity === undefined) problems.push(`${path} has no checksum in package-lock.json`);
    if (entry.hasInstallScript === true && entry.dev !== true)
      problems.push(`${path} is shipped and runs a script when it is installed`);
  }
  const { status } = npm('ci', '--dry-run', '--ignore-scripts');
  if (status !== 0) problems.push('package-lock.json does not agree with package.json: run npm install');
  else
    console.log(
      'The lockfile agrees with package.json, has a checksum for every package, and no shipped package runs an install script',
    );
}

function checkVulnerabilities(): void {
  const { stdout } = npm('audit', '--omit=dev', '--json');
  const audit = auditSchema.safeParse(parsed(stdout));
  if (!audit.success) {
    console.log('Known vulnerabilities: skipped, the registry does not answer npm audit');
    return;
  }
  for (const [name, { severity }] of Object.entries(audit.data.vulnerabilities)) {
    problems.push(`${name} has a known vulnerability (${severity}): see npm audit`);
  }
  console.log(`Known vulnerabilities: ${audit.data.metadata.vulnerabilities.total}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

checkLicences();
checkLockfile();
checkVulnerabilities();
for (const problem of problems) console.error(`check:supply: ${problem}`);
if (problems.length > 0) process.exitCode = 1;
