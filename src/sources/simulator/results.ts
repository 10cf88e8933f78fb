import type { RaceCard } from './card.ts';
import type { Code } from './tracks.ts';
import { isScratched, type Entrant } from './field.ts';
import type { Random } from './random.ts';

/** One runner's place in the result. */
export interface Placing {
  readonly entrant: Entrant;
  readonly position: number;
  /** Lengths behind the winner. */
  readonly margin: number;
}

export interface Finish {
  /** As declared first, and as amended later; the same unless the timetable says that results are amended. */
  readonly declared: readonly Placing[];
  readonly amended: readonly Placing[];
  /** Seconds of the winner. */
  readonly winningTime: number;
  readonly protest: string | null;
}

const metresPerSecond: Readonly<Record<Code, number>> = { T: 16.4, H: 13.4, G: 17 };

/** Draws runners one by one, each by its chance among those left. */
function order(r: Random, field: readonly Entrant[]): Entrant[] {
  const left = [...field];
  const finish: Entrant[] = [];
  while (left.length > 0) {
    let roll = r.unit() * left.reduce((sum, { closeChance }) => sum + closeChance, 0);
    const found = left.findIndex(({ closeChance }) => (roll -= closeChance) < 0);
    finish.push(...left.splice(found < 0 ? left.length - 1 : found, 1));
  }
  return finish;
}

function place(entrants: readonly Entrant[], margins: readonly number[]): Placing[] {
  return entrants.map((entrant, index) => ({ entrant, position: index + 1, margin: margins[index] ?? 0 }));
}

/** Draws the result of a race that is run; greyhounds and harness declare fewer places now and then. */
export function drawFinish(r: Random, field: readonly Entrant[], card: RaceCard, code: Code): Finish {
  const { timetable } = card;
  const started = field.filter((entrant) => !isScratched(entrant, timetable.closed));
  const first = order(r, started);
  let behind = 0;
  const margins = first.map((_, index) => {
    behind += index === 0 ? 0 : Math.round(r.exponential(1.3) * 10) / 10;
    return Math.round(behind * 10) / 10;
  });
  const [winner, second, third, ...rest] = first;
  const amend = timetable.amended !== null && winner && second && third;
  const declared = r.chance(0.1) ? first.slice(0, 4) : first;
  const second2nd = amend ? (r.chance(0.5) ? [second, winner, third] : [winner, third, second]) : [];
  const amended = amend ? [...second2nd, ...rest].slice(0, declared.length) : declared;
  const loser = amend ? second2nd.find((entrant, index) => first[index] !== entrant) : undefined;
  return {
    declared: place(declared, margins),
    amended: place(amended, margins),
    winningTime: Math.round((card.distance / metresPerSecond[code]) * r.between(0.985, 1.03) * 100) / 100,
    protest: loser
      ? `Protest upheld: ${loser.name} (${loser.number}) promoted for interference over the final 100m.`
      : null,
  };
}
