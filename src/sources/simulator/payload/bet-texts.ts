import { bigBets, biggestBet, liveBets, type PlacedBet } from '../bets.ts';
import type { RaceStory } from '../world.ts';

/** Lists of bets that a request may ask for. */
export interface BetParts {
  readonly bigBets: boolean;
  readonly liveBets: boolean;
  readonly biggestBet: boolean;
}

function uuidBytes(id: string): number[] {
  return [...Buffer.from(id.replaceAll('-', ''), 'hex')];
}

function bet(story: RaceStory, { at, entrant, product, stake, odds }: PlacedBet): object {
  const { meeting, card } = story;
  return {
    title: product,
    description: [`${entrant.name} (${entrant.number})`],
    stake,
    legs: [
      {
        race: {
          meeting_name: meeting.name,
          race_name: card.name,
          race_number: card.number,
          product_type_name: product,
          entrant_id: uuidBytes(entrant.id),
          entrant_name: entrant.name,
          entrant_number: entrant.number,
          barrier_number: entrant.barrier,
        },
        selections: null,
      },
    ],
    place_time: `${new Date(at).toISOString().slice(0, 19)}Z`,
    place_odds: odds,
  };
}

/** The three properties on bets, null where they were not asked for. */
export function betTexts(story: RaceStory, at: number, parts: BetParts): string {
  const show = (bets: readonly PlacedBet[]) => JSON.stringify(bets.map((placed) => bet(story, placed)));
  const biggest = parts.biggestBet ? biggestBet(story.bets, at) : null;
  return (
    `"big_bets":${parts.bigBets ? show(bigBets(story.bets, at)) : 'null'},` +
    `"live_bets":${parts.liveBets ? show(liveBets(story.bets, at)) : 'null'},` +
    `"biggest_bet":${biggest ? JSON.stringify(bet(story, biggest)) : 'null'}`
  );
}
