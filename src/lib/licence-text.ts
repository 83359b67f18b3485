/** Where the text of a well-known licence stands, for files that name one and give no address. */

/** SPDX identifiers whose page has the licence's text: https://spdx.org/licenses/. */
const SPDX = [
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0',
  'CC-BY-NC-4.0',
  'CC-BY-NC-SA-4.0',
  'CC-BY-SA-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MPL-2.0',
] as const;

/** The address for a licence as a file names it, such as `apache-2.0`; `null` for any that is not surely one of these. */
export function licenceText(named: string | null): string | null {
  const known = SPDX.find((id) => id.toLowerCase() === named?.trim().toLowerCase());
  return known === undefined ? null : `https://spdx.org/licenses/${known}.html`;
}
