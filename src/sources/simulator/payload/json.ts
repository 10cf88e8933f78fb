/** The properties of an object as JSON without the braces, so that texts made at different times join. */
export function fields(properties: object): string {
  return JSON.stringify(properties).slice(1, -1);
}

/** A JSON list of texts that are JSON already. */
export function list(texts: readonly string[]): string {
  return `[${texts.join(',')}]`;
}
