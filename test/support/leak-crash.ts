import { readFileSync } from 'node:fs';
import { spellingsOf } from './leak-marks.ts';

/*
 * Loaded into the recorder before itself: at SIGUSR2 it fails, in the way that LEAK_CRASH names, with an error that
 * holds the credentials wherever an error can hold anything.
 */

const names = ['TAB_FROM', 'TAB_PARTNER', 'TAB_PARTNER_ID', 'APPWRITE_API_KEY'];

function credentials(): string[] {
  return names.flatMap((name) => {
    const { [name]: value, [`${name}_FILE`]: file } = process.env;
    if (value !== undefined) return [value];
    return file === undefined ? [] : [readFileSync(file, 'utf8')];
  });
}

function telltale(): Error {
  const values = credentials();
  const text = values.flatMap((value) => [...spellingsOf(value).values()]).join('\n');
  const error = new AggregateError([new Error(text)], text, { cause: new Error(text) });
  return Object.assign(error, {
    code: values[0],
    headers: values,
    [text]: text,
    config: { headers: { text } },
  });
}

process.on('SIGUSR2', () => {
  if (process.env.LEAK_CRASH === 'rejection') void Promise.reject(telltale());
  else throw telltale();
});
