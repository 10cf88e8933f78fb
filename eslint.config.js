import eslint from '@eslint/js';
import rxjsX from 'eslint-plugin-rxjs-x';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['node_modules/', 'coverage/', 'data/', 'web/dist/', 'functions/*/dist/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
      rxjsX.configs.strict,
    ],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'rxjs-x/no-floating-observables': 'error',
      'rxjs-x/finnish': 'off',
      'rxjs-x/no-sharereplay': 'error',
      // Times, counts and percentages read well in a template string.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    // Imports run one way: main → server, sinks, streams, sources → domain (docs/architecture.md).
    files: ['src/domain/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^\\.\\./(?!domain)', message: 'domain imports nothing of the rest.' },
            {
              regex: '^(rxjs|undici|node:sqlite|node:fs|pino)',
              message: 'domain does no I/O and knows no RxJS.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/net/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [{ regex: '^\\.\\./(?!domain)', message: 'net imports nothing of the rest but domain.' }],
        },
      ],
    },
  },
  {
    files: ['src/streams/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^\\.\\./(sinks|sources)/',
              message: 'streams know sources and sinks by their interfaces only.',
            },
            { regex: '^(undici|node:sqlite|node:fs)', message: 'streams do no I/O.' },
          ],
        },
      ],
    },
  },
  {
    files: ['src/sources/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^\\.\\./\\.\\./(sinks|server)/', message: 'sources do not know sinks.' }] },
      ],
    },
  },
  {
    files: ['src/sinks/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^\\.\\./\\.\\./(sources|server)/', message: 'sinks do not know sources.' }] },
      ],
    },
  },
  {
    files: ['src/server/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^\\.\\./(cli|sources|verify)/',
              message: 'the server knows the recorder by an interface, and its record by the journal.',
            },
          ],
        },
      ],
    },
  },
  {
    // The page in the browser imports its types.
    files: ['src/server/contract/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(?!zod$|\\./)', message: 'the contract imports nothing but zod.' }] },
      ],
    },
  },
  { files: ['**/*.js'], languageOptions: { globals: { process: 'readonly', console: 'readonly' } } },
);
