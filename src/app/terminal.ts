/**
 * What a terminal would act on, or what would change how a line reads: control characters (escape sequences begin with
 * one), separators of lines, and marks that reverse the direction of writing.
 */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Returns one line that a terminal only shows: names come from the feed, and can hold anything. */
export function printable(text: string): string {
  return text.replaceAll(unprintable, '\ufffd');
}

/** Writes lines to standard output, each of them {@link printable}. */
export function printLines(...lines: readonly string[]): void {
  for (const line of lines) console.log(printable(line));
}

/** Writes a message to standard error, each of its lines {@link printable}. */
export function printError(message: string): void {
  for (const line of message.split('\n')) console.error(printable(line));
}

/** Writes a value to standard output as JSON on one line, whose escapes keep every character of it. */
export function printJson(value: unknown): void {
  console.log(escaped(JSON.stringify(value)));
}

/** Returns JSON in which a terminal finds nothing to act on: JSON itself leaves some control characters bare. */
export function escaped(json: string): string {
  return json.replaceAll(
    unprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
