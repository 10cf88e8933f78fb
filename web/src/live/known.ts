/**
 * Rows of history that were read by pages, before the stream began or while it went on. The stream begins after the
 * least `seq` of the pages, so that it tells some of them again: each is taken once.
 */
export class Known {
  #seqs = new Set<number>();
  #reading = true;

  /** @returns whether the row is new */
  add({ seq }: { readonly seq: number }): boolean {
    if (this.#seqs.has(seq)) return false;
    if (this.#reading) this.#seqs.add(seq);
    return true;
  }

  /** The pages are read: from here on the stream tells each row once, those up to `seq` no more. */
  done(seq: number): void {
    this.#reading = false;
    this.#seqs = new Set([...this.#seqs].filter((known) => known > seq));
  }
}
