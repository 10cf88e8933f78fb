import type { RaceState } from '../market.ts';
import { dateOfDay } from '../nz-time.ts';
import { sharesAt } from '../shares.ts';
import type { Product } from '../tote.ts';
import type { RaceStory } from '../world.ts';

const betTypes: Partial<Record<Product, readonly [type: string, places: number]>> = {
  Trifecta: ['TFA', 3],
  FirstFour: ['FT4', 4],
};
const meetingTypes = { T: 'R', H: 'H', G: 'G' };

function runnerXml(name: string, number: number, scratched: boolean, amounts: readonly number[]): string[] {
  return [
    `            <runner runner_number="${number}">`,
    `              <runner_scratched>${scratched ? 'True' : 'False'}</runner_scratched>`,
    `              <runner_name>${name}</runner_name>`,
    ...amounts.map(
      (amount, index) =>
        `              <runner_investment${index + 1}>${amount.toFixed(2)}</runner_investment${index + 1}>`,
    ),
    '            </runner>',
  ];
}

/** The tote's own XML of what was put on each runner in each place of an exotic bet. */
export function trendsXml(story: RaceStory, state: RaceState, product: Product, total: number): string {
  const { meeting, card, field } = story;
  const [type, places] = betTypes[product] ?? ['', 0];
  const shares = sharesAt(story.winShares, field, 1, state.at);
  const flat = 1 / Math.max(1, shares.filter((share) => share > 0).length);
  const runners = field.flatMap(({ name, number }, index) => {
    const share = shares[index] ?? 0;
    const amounts = Array.from({ length: places }, (_, place) => {
      const blend = share === 0 ? 0 : share + (flat - share) * (place / 5);
      return total * blend;
    });
    return runnerXml(name, number, share === 0, amounts);
  });
  return [
    '<meetings>',
    `  <date>${dateOfDay(meeting.day)}</date>`,
    `  <meeting meeting_number="${meeting.toteNumber ?? 0}" meeting_type="${meetingTypes[meeting.code]}">`,
    `    <race race_number="${card.number}">`,
    '      <bet_types>',
    `        <bet_type type="${type}">`,
    `          <pool_total>${total.toFixed(2)}</pool_total>`,
    `          <runners race_number="${card.number}">`,
    ...runners,
    '          </runners>',
    '        </bet_type>',
    '      </bet_types>',
    '    </race>',
    '  </meeting>',
    '</meetings>',
    '',
  ].join('\r\n');
}
