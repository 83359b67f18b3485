/** Damages files at random, in the ways that break readers of numbers, of text and of JSON. */
import fc from 'fast-check';
import type { Json } from './tokenizer-json.ts';

/** A change of bytes; what `at` and `value` mean is for the kind. */
export interface ByteMutation {
  readonly kind: 'byte' | 'digit' | 'text' | 'u32' | 'u64' | 'cut' | 'copy';
  readonly at: number;
  readonly value: number;
}

const TEXT = ['"', '{', '}', '[', ']', ',', ':', '\\u', '9', '-', 'e9', '.', '99999999', '1e300', '\0', 'null', '[[[['];
const NUMBERS = [
  0n,
  1n,
  13n,
  255n,
  2n ** 24n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** One to four changes. */
export const byteMutations: fc.Arbitrary<ByteMutation[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('byte', 'digit', 'text', 'u32', 'u64', 'cut', 'copy'),
    at: fc.nat(0xffffff),
    value: fc.nat(0xffff),
  }),
  { minLength: 1, maxLength: 4 },
);

/** The bytes with the changes, which fall into the first `headBytes`: behind them lies what no reader looks at. */
export function mutateBytes(original: Uint8Array, headBytes: number, mutations: readonly ByteMutation[]): Uint8Array {
  let bytes = original.slice();
  for (const { kind, at: anywhere, value } of mutations) {
    const room = Math.min(headBytes, bytes.length) - 16;
    if (room <= 0) break;
    const at = anywhere % room;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const number = NUMBERS[value % NUMBERS.length]!;
    // The next digit, so that numbers change and not only their surroundings.
    const digit = bytes.findIndex((byte, index) => index >= at && byte >= 0x30 && byte <= 0x39);
    if (kind === 'cut') bytes = bytes.slice(0, at);
    else if (kind === 'byte') bytes[at] = value;
    else if (kind === 'digit' && digit >= 0) bytes[digit] = 0x30 + (value % 10);
    else if (kind === 'text') bytes.set(new TextEncoder().encode(TEXT[value % TEXT.length]), at);
    else if (kind === 'u32') view.setUint32(at, Number(number & 0xffffffffn), true);
    else if (kind === 'u64') view.setBigUint64(at, number, true);
    else if (kind === 'copy') bytes.copyWithin(at, value % room, (value % room) + 16);
  }
  return bytes;
}

/** A change of a JSON value: where, by steps from the root, each the number of a member, and what to put there. */
export interface JsonMutation {
  readonly steps: readonly number[];
  readonly value: number;
}

const VALUES: readonly Json[] = [
  null,
  true,
  0,
  -1,
  0.5,
  7,
  1e9,
  4_194_303,
  2 ** 53,
  1e300,
  '',
  'a',
  'Sequence',
  'ByteLevel',
  'BPE',
  'Unigram',
  'WordPiece',
  '\ud83e\udd99',
  '<0x41>',
  'a b',
  '[',
  '(?<=a',
  '\\p{L}{1,99999}',
  [],
  ['a'],
  [['a', 'b']],
  {},
  { type: 'NFC' },
  { type: 'Sequence' },
  { a: 0 },
];

/** One or two changes. */
export const jsonMutations: fc.Arbitrary<JsonMutation[]> = fc.array(
  fc.record({ steps: fc.array(fc.nat(9999), { minLength: 2, maxLength: 6 }), value: fc.nat(VALUES.length + 1) }),
  { minLength: 1, maxLength: 2 },
);

/** The value with the changes: a member replaced, taken out, or given the value of the one before it. */
export function mutateJson(original: Json, mutations: readonly JsonMutation[]): Json {
  const root = structuredClone(original);
  for (const { steps, value } of mutations) {
    let owner = root as Record<string, Json>;
    for (const [index, step] of steps.entries()) {
      const keys = Object.keys(owner);
      if (keys.length === 0) break;
      const at = step % keys.length;
      const key = keys[at]!;
      const member = owner[key];
      if (index < steps.length - 1 && typeof member === 'object' && member !== null) {
        owner = member as Record<string, Json>;
        continue;
      }
      if (value < VALUES.length) owner[key] = structuredClone(VALUES[value]!);
      else if (value === VALUES.length) Reflect.deleteProperty(owner, key);
      else owner[key] = structuredClone(owner[keys[Math.max(0, at - 1)]!]!);
      break;
    }
  }
  return root;
}
