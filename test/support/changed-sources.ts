import { registerHooks } from 'node:module';

/** A text of a source file, and what stands in its place. */
export interface SourceChange {
  /** End of the file's path. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Changes sources as they are loaded from now on, to show that a test finds what is then wrong. A file that does not
 * hold the text, or holds it twice, fails to load.
 */
export function changeSources(changes: readonly SourceChange[]): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      return changes.reduce((result, { file, from, to }) => {
        if (!url.endsWith(file)) return result;
        const source = Buffer.from((result.source ?? '') as string).toString();
        if (source.split(from).length !== 2) throw new Error(`${file} does not hold this once: ${from}`);
        return { ...result, source: source.replace(from, () => to) };
      }, loaded);
    },
  });
}
