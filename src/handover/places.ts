/** Addresses as bytes: of IPv4, IPv6 (RFC 4291, RFC 5952), and the random names under `.local` by which browsers hide them. */
import { HandOverFault } from './fault.ts';

/** How an address is written. */
type Form = 4 | 6 | 1;
const LENGTHS: Readonly<Record<Form, number>> = { 4: 4, 6: 16, 1: 16 };

const LOCAL_NAME = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\.local$/;

/** Form and bytes of an address in lower case; `null` where it is of none of these forms. */
export function packAddress(address: string): { readonly form: Form; readonly bytes: readonly number[] } | null {
  const name = LOCAL_NAME.exec(address);
  if (name !== null) return { form: 1, bytes: hexBytes(name.slice(1).join('')) };
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) {
    const bytes = address.split('.').map(Number);
    return bytes.every((byte) => byte < 256) ? { form: 4, bytes } : null;
  }
  const groups = groupsOf(address);
  return groups && { form: 6, bytes: groups.flatMap((group) => [group >> 8, group & 255]) };
}

/** How many bytes an address of this form has. Throws `code-newer` where the form is not known. */
export function addressLength(form: number): number {
  if (form in LENGTHS) return LENGTHS[form as Form];
  throw new HandOverFault('code-newer');
}

/** The address in bytes of a known form. */
export function unpackAddress(form: number, bytes: Uint8Array): string {
  if (form === 4) return bytes.join('.');
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (form === 6) return hex.match(/.{4}/g)!.join(':');
  return `${hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}.local`;
}

/** (8): the groups of an IPv6 address, `null` where it is none. A zone is left out: it says nothing on another device. */
function groupsOf(address: string): number[] | null {
  const halves = address.replace(/%.*$/, '').split('::');
  if (halves.length > 2) return null;
  const [before, after] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - before!.length - (after?.length ?? 0);
  if (after === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...before!, ...Array<string>(missing).fill('0'), ...(after ?? [])];
  return groups.every((group) => /^[0-9a-f]{1,4}$/.test(group)) ? groups.map((group) => parseInt(group, 16)) : null;
}

function hexBytes(hex: string): number[] {
  return hex.match(/../g)!.map((pair) => parseInt(pair, 16));
}
