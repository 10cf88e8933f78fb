/** What Appwrite's Node runtime gives to a function. */
export interface Execution {
  readonly req: {
    /** By their names in lower case. */
    readonly headers: Readonly<Record<string, string | undefined>>;
  };
  readonly res: {
    /** The execution has failed, for Appwrite, with a status from 500. */
    readonly json: (body: unknown, status?: number) => Answer;
  };
  readonly log: (message: string) => void;
  readonly error: (message: string) => void;
}

/** What a function must return. */
export interface Answer {
  readonly statusCode: number;
}
