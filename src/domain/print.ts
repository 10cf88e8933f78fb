/**
 * Stands for the bytes of a response, so that the next one can be told to say the same without being parsed. Only
 * the source that made it knows how to compare it; some 300 bytes.
 */
export interface Print {
  /** Bytes of the body. */
  readonly length: number;
  /** Where the text of `header.generated_time` is. */
  readonly time: Span;
  /** Lists whose order says nothing, in the order in which they stand. */
  readonly lists: readonly ListPrint[];
  /** Of everything else: 64 bits of a hash. */
  readonly rest: bigint;
  /** By which the server can tell it without a body; null or absent when it offers none, or is not to be asked so. */
  readonly etag?: string | null;
}

interface ListPrint extends Span {
  /** Whether it is cut at each `},{`: its members are objects without objects in them. */
  readonly isFlat: boolean;
  /** 64 bits of a hash of its members, whatever their order. */
  readonly members: bigint;
}

/** Bytes of a body from `from` up to, but without, `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}
