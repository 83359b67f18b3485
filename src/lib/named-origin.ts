/** Origins that a person can be asked about by name. */

/** An origin that can be allowed by name: no opaque one (`null`), and none with anything behind the port. */
export function isNamedOrigin(value: unknown): value is string {
  return typeof value === 'string' && /^https?:/.test(value) && URL.canParse(value) && new URL(value).origin === value;
}
