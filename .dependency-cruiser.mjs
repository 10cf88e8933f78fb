/** Imports run one way: docs/architecture.md. */

/** @param {string} folder @param {string} allowed folders of src that its files import, beside itself */
const only = (folder, allowed) => ({
  name: `${folder}-imports`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: `^src/(${[folder, ...allowed].join('|')})/` },
});

/** @param {string} folder @param {string} modules that its files do without */
const without = (folder, modules) => ({
  name: `${folder}-modules`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: `(^|node_modules/)(${modules})(/|$)`, pathNot: '^src/' },
});

export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    only('domain', []),
    without('domain', 'rxjs|undici|pino|(node:)?fs|(node:)?sqlite'),
    only('net', ['domain']),
    only('journal', ['domain']),
    only('streams', ['domain']),
    without('streams', 'undici|(node:)?fs|(node:)?sqlite'),
    only('sources', ['domain', 'net']),
    only('sinks', ['domain', 'net', 'journal']),
    only('server', ['domain', 'journal']),
    only('app', ['domain', 'net', 'journal', 'streams', 'sources', 'sinks', 'server']),
    only('cli', ['domain', 'net', 'journal', 'streams', 'sources', 'sinks', 'server', 'app']),
    {
      name: 'function-imports',
      comment: 'The functions run what the commands run.',
      severity: 'error',
      from: { path: '^functions/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'contract-imports',
      comment: 'The page in the browser imports its types.',
      severity: 'error',
      from: { path: '^src/server/contract/' },
      to: { pathNot: '^(src/server/contract/|node_modules/zod/)' },
    },
    {
      name: 'web-imports',
      comment: 'Of the service the page knows what it answers.',
      severity: 'error',
      from: { path: '^web/src/' },
      to: { path: '^src/', pathNot: '^src/server/contract/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
