import type { Stamp } from '../clock.ts';

/** `"header":{…}` as JSON. `error` goes with a `code`. */
export function headerText(
  title: string,
  url: string,
  stamp: Stamp,
  error?: { code: string; text: string },
): string {
  return `"header":${JSON.stringify({
    title,
    generated_time: stamp.text,
    url,
    ...(error ? { error: error.text, error_code: error.code } : {}),
  })}`;
}
