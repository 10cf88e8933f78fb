/** A served RFC 3339 time cut (never rounded) to milliseconds UTC. */
export function cut(served: string): string {
  return new Date(served.replace(/(\.\d{3})\d+/, '$1')).toISOString();
}

export function fromSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/** Both times as cut by `cut`. */
export function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
