/** The codes that the feed's listings write, with what else people write for them: codes of ISO, and names. */
const countries = {
  NZ: ['NZL', 'NZD', 'NEW ZEALAND', 'AOTEAROA'],
  AUS: ['AU', 'AUD', 'AUST', 'AUSTRALIA', 'OZ'],
  ARG: ['AR', 'ARGENTINA'],
  CA: ['CAN', 'CANADA'],
  CHI: ['CL', 'CHL', 'CHILE'],
  FR: ['FRA', 'FRANCE'],
  IRE: ['IE', 'IRL', 'IRELAND', 'EIRE'],
  JPN: ['JP', 'JAP', 'JAPAN'],
  SAF: ['ZA', 'ZAF', 'RSA', 'SOUTH AFRICA'],
  TUR: ['TR', 'TURKEY', 'TÜRKIYE'],
  UK: ['GB', 'GBR', 'ENG', 'ENGLAND', 'SCOTLAND', 'WALES', 'UNITED KINGDOM', 'GREAT BRITAIN', 'BRITAIN'],
  USA: ['US', 'UNITED STATES', 'AMERICA'],
} as const;

/** The country codes that were seen in listings. */
export const countryCodes: readonly string[] = Object.keys(countries);

/** A code that is written with an exclamation mark is taken as it is: the feed may use some that were never seen. */
const asWritten = /^([A-Z]{2,3})!$/;

/**
 * Returns the feed's code for what a setting names, in any case; or why it is none, as the end of a sentence.
 * @param text without blanks around it
 */
export function countryCode(text: string): { readonly code: string } | { readonly problem: string } {
  const upper = text.toUpperCase();
  const code = countryCodes.includes(upper) ? upper : asWritten.exec(upper)?.[1];
  if (code !== undefined) return { code };
  const meant = Object.entries(countries).find(([, others]) =>
    (others as readonly string[]).includes(upper.replace(/[\s_-]+/g, ' ')),
  );
  if (meant !== undefined) {
    return { problem: `"${text}" is not the feed's code: it writes ${meant[0]}` };
  }
  return {
    problem:
      `"${text}" is no country code of the feed: those seen are ${countryCodes.join(', ')} ` +
      '(write HK! for one that you know it to use)',
  };
}
