/** A row holds a value that its column does not: what led to it breaks a rule of the record. */
export class RowError extends TypeError {
  constructor(message: string) {
    super(message);
    this.name = 'RowError';
  }
}
