import { describe, expect, it } from 'vitest';
import { writeGguf } from './write-gguf.ts';

/** The file's bytes as hex, so that the layout is checked against the specification and not against our reader. */
function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

describe('writeGguf', () => {
  it('lays out header, metadata, tensor table and padded data as the specification says', () => {
    const bytes = writeGguf({
      metadata: { a: 7, b: { type: 'array', itemType: 'uint8', value: [1, 2] } },
      tensors: [{ name: 't', type: 'F16', shape: [3, 2], bytes: new Uint8Array(12).fill(0xee) }],
    });
    expect(hex(bytes)).toBe(
      [
        '47475546', // GGUF
        '03000000', // version
        '0100000000000000', // tensors
        '0200000000000000', // metadata entries
        '010000000000000061', // "a"
        '0400000007000000', // uint32 7
        '010000000000000062', // "b"
        '09000000000000000200000000000000', // array of uint8, 2 items
        '0102',
        '010000000000000074', // "t"
        '02000000', // dimensions
        '02000000000000000300000000000000', // inner first
        '01000000', // F16
        '0000000000000000', // offset
        '00'.repeat(19), // from 109 to a multiple of 32
        'ee'.repeat(12),
        '00'.repeat(20),
      ].join(''),
    );
  });

  it('guesses types of plain values', () => {
    const guessed = writeGguf({ metadata: { a: 'x', b: true, c: -1, d: 0.5, e: ['y'] } });
    const said = writeGguf({
      metadata: [
        ['a', { type: 'string', value: 'x' }],
        ['b', { type: 'bool', value: true }],
        ['c', { type: 'int32', value: -1 }],
        ['d', { type: 'float32', value: 0.5 }],
        ['e', { type: 'array', itemType: 'string', value: ['y'] }],
      ],
    });
    expect(guessed).toEqual(said);
  });

  it('states an alignment that is not the default, and keeps to it', () => {
    const bytes = writeGguf({
      alignment: 64,
      metadata: {},
      tensors: [{ name: 't', type: 'F32', shape: [1], bytes: new Uint8Array(4) }],
    });
    expect(bytes.length % 64).toBe(0);
    expect(new TextDecoder().decode(bytes)).toContain('general.alignment');
  });
});
