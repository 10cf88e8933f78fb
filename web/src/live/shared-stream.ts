import { connect } from './connection-source.ts';
import type { StreamMessage, StreamQuery } from './connection-source.ts';

/** What a tab says to the worker that holds the connection of all tabs. */
export type TabMessage =
  | { readonly kind: 'follow'; readonly url: string; readonly query: StreamQuery }
  /** Its page follows nothing any more. */
  | { readonly kind: 'leave' };

/** A tab that follows the stream, and how far it has come. */
interface Follower {
  readonly url: string;
  readonly query: StreamQuery;
  readonly send: (message: StreamMessage) => void;
  after: number;
}

/**
 * One connection to the stream for all tabs of a browser, which opens no more than six connections to a host. It asks
 * for what any of the tabs asked for, and each is sent what it asked for itself.
 */
export class SharedStream {
  readonly #followers = new Map<unknown, Follower>();
  #close: () => void = () => undefined;

  /** Takes what a tab says. @param tab what stands for it */
  take(tab: unknown, message: TabMessage, send: (message: StreamMessage) => void): void {
    const { size } = this.#followers;
    this.#followers.delete(tab);
    if (message.kind === 'follow') {
      const { url, query } = message;
      this.#followers.set(tab, { url, query, send, after: query.after });
    } else if (this.#followers.size === size) {
      return;
    }
    this.#reconnect();
  }

  #reconnect(): void {
    this.#close();
    this.#close = () => undefined;
    const followers = [...this.#followers.values()];
    const [first] = followers;
    if (first === undefined) return;
    const race = followers.every(({ query }) => query.race === first.query.race)
      ? first.query.race
      : undefined;
    const events = [...new Set(followers.flatMap(({ query }) => query.events))];
    const position = (): number => Math.min(...[...this.#followers.values()].map(({ after }) => after));
    this.#close = connect(first.url, { race, events }, position, (message) => {
      this.#receive(message);
    });
  }

  #receive(message: StreamMessage): void {
    const followers = [...this.#followers.values()];
    if (message.kind !== 'event' || message.name === 'hello') {
      for (const { send } of followers) send(message);
      return;
    }
    const seq = Number(message.id);
    const { race_id: raceId } = JSON.parse(message.data) as { readonly race_id?: string };
    for (const follower of followers) {
      if (seq <= follower.after) continue;
      follower.after = seq;
      if (message.name === 'reset' || isWanted(follower.query, message.name, raceId)) follower.send(message);
    }
  }
}

function isWanted({ race, events }: StreamQuery, name: string, raceId: string | undefined): boolean {
  return (race === undefined || race === raceId) && events.some((event) => event === name);
}
