/**
 * What is taken of a response, by size, count and depth. Each limit is several times what the feed was ever seen to
 * serve (in brackets), and all together keep every step that takes a response well under 250 ms. What exceeds a limit of
 * what prices, status and money are read from is malformed; what exceeds a limit elsewhere is left out, with a warning.
 */
export const limits = {
  /** Bytes of a body, compressed and decompressed (414 KB; 600 KB for a page of a large simulated listing). */
  bodyBytes: 2 * 1024 * 1024,
  /** Bytes from which on the keys and containers of a body are counted before it is parsed. */
  countedBytes: 512 * 1024,
  /** Keys, objects and lists of a body (30,000). */
  members: 100_000,
  /** Levels of objects and lists within a property (6). SQLite reads 1,000. */
  depth: 32,
  /** Properties of an object that have no place of their own (60). */
  properties: 1_000,
  /** Characters of an id, a status or the name of a product (36). */
  idLength: 1_000,
  /** Runners of a race (24). */
  runners: 200,
  /** Dated prices of a runner's `last_six` (6), and of all runners together (144). */
  lastSix: 50,
  fluctuations: 1_000,
  /** Members of a runner's `flucs` (12). */
  flucs: 100,
  /** Rows of the money tracker: slices of each runner (240). */
  moneyRows: 5_000,
  /** Tote pools (14). */
  pools: 200,
  /** Bets of each list (20). */
  bets: 100,
  /** Placings, and dividends (60). */
  results: 1_000,
  /** Members of a list that is compared whatever its order (240). */
  unorderedMembers: 5_000,
  /** Meetings of a page of a listing (76; the feed gives 200 at the most). */
  meetings: 1_000,
  /** Races of a meeting (16). */
  races: 200,
} as const;
