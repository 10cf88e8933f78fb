import { inspect } from 'node:util';

const shown = '[redacted]';

/**
 * A credential that shows itself nowhere: printed, inspected, put into a template or into JSON it reads
 * `[redacted]`, and a copy made by structured cloning is empty.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
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
