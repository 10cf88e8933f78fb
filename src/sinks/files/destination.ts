/** Where an export goes. */
export interface Destination {
  /** Its name: an absolute path, or `-`. */
  readonly name: string;
  /** Bytes written so far. */
  readonly bytes: number;
  /** @throws ExportError */
  write(chunk: Uint8Array): Promise<void>;
  /** Everything is written: from now on the file has its name. @throws ExportError */
  finish(): Promise<void>;
  /** Leaves nothing behind of a file that is not finished; does nothing after {@link finish}. */
  discard(): void;
}
