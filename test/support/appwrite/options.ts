/** How the stand-in differs from a fresh server with its defaults. */
export interface AppwriteOptions {
  /** Port on the loopback; default 0, any free one. */
  readonly port?: number;
  /** Default `oddstream`. */
  readonly projectId?: string;
  /** An API key with every scope; default `standard_standin`. */
  readonly key?: string;
  /** What the server says it is; default `1.9.6`. */
  readonly version?: string;
  /** SQLite file that keeps everything; default `:memory:`. */
  readonly file?: string;
  /** Rows of a bulk request; default 100, as when self-hosted. */
  readonly rowsPerRequest?: number;
  /** Bytes of a request's body, beyond which it is 413; default 12 MiB. */
  readonly bodyLimit?: number;
  /** Milliseconds for which a column or an index made by a request of its own is `processing`; default 20. */
  readonly processingMs?: number;
  /**
   * Digits that a double keeps; default 14, PHP's `precision`, by which PDO writes floats. 17 keeps them all.
   */
  readonly doubleDigits?: number;
  /** Seed of faults that come by chance; default 1. */
  readonly seed?: number;
}

export type Settings = Required<AppwriteOptions>;

export function settingsOf(options: AppwriteOptions): Settings {
  return {
    port: 0,
    projectId: 'oddstream',
    key: 'standard_standin',
    version: '1.9.6',
    file: ':memory:',
    rowsPerRequest: 100,
    bodyLimit: 12 * 1024 * 1024,
    processingMs: 20,
    doubleDigits: 14,
    seed: 1,
    ...options,
  };
}
