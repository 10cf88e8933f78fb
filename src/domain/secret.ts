import { inspect } from 'node:util';

const shown = '[redacted]';

/** Every credential of this process, for {@link redact}. */
const known = new Set<string>();

/**
 * A credential that shows itself nowhere: printed, inspected, put into a template or into JSON it reads
 * `[redacted]`, and a copy made by structured cloning is empty.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    if (value.trim() !== '') known.add(value);
  }

  /** The value itself. Only for the code that writes it into a request. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}

/**
 * A text without any credential of this process: the last guard of texts that others wrote, such as the message
 * of an error that nobody expected.
 */
export function redact(text: string): string {
  let safe = text;
  for (const value of known) {
    for (const spelling of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value.toWellFormed())]) {
      safe = safe.replaceAll(spelling, shown);
    }
  }
  return safe;
}
