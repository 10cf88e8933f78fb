/**
 * Most characters of each text in Appwrite. A row may be 65,535 bytes wide: up to 16,381 characters a text counts
 * there with four bytes a character, a longer one is kept beside the row and counts with twenty.
 */

/** Ids of the feed are UUIDs, those of history rows 32 hexadecimal digits. */
const idSize = 36;
const nameSize = 255;
/** Kept beside the row, and 65,535 bytes at the most, whatever the characters. */
const longSize = 16_383;
/** Kept beside the row; up to 16 MB. */
const jsonSize = 1_000_000;

const sizes: Readonly<Record<string, number>> = {
  // Those that are part of an index, which may be 768 characters long.
  'meetings.date': 10,
  'odds_history.kind': 16,
  'pool_history.product': 64,
  // Free text, and lists of people.
  'races.comment': longSize,
  'races.protest_reason': longSize,
  'entrants.owners': longSize,
  'entrants.gear': longSize,
  'entrants.silk_colours': longSize,
  'bets.title': longSize,
  'bets.description': longSize,
  'race_events.value': longSize,
  'race_events.previous': longSize,
};

/** @param json whether the text is JSON */
export function textSize(table: string, column: string, json: boolean): number {
  if (json) return jsonSize;
  if (column.endsWith('_id')) return idSize;
  if (column.startsWith('silk_url')) return longSize;
  return sizes[`${table}.${column}`] ?? nameSize;
}
