import { changeSources } from './changed-sources.ts';

/*
 * Loaded into the recorder before itself: takes out the guards that LEAK_WITHOUT names, by changing the source as it
 * is loaded. It shows that the search for credentials finds them then.
 */

const guards: Readonly<Record<string, readonly [file: string, guard: string, without: string]>> = {
  'mask of data': ['src/sources/tab/identity.ts', 'if (!first.some(', 'if (text || !first.some('],
  'mask of quarantine': [
    'src/sources/tab/identity.ts',
    'text: (text) => blankOut(text, inTexts)',
    'text: (text) => text',
  ],
  redact: ['src/domain/secret.ts', 'let safe = text;', 'return text; let safe = text;'],
  'crash door': ['src/main.ts', "process.on('uncaughtException', crash);", ''],
};

const removed = (process.env.LEAK_WITHOUT ?? '').split(',').filter((name) => name !== '');

changeSources(
  removed.map((name) => {
    const [file, from, to] = guards[name] ?? ['', '', ''];
    if (file === '') throw new Error(`There is no guard ${name} to take out.`);
    return { file, from, to };
  }),
);
