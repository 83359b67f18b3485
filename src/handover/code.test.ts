/** A code carries a description across, and what became of it on its way is told. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readAnswer, readOffer, writeAnswer, writeOffer } from './code.ts';
import { candidateOf, readDescription, writeDescription, type Description } from './description.ts';

const iceText = fc.string({ unit: fc.constantFrom(...'ABCXYZabcxyz0189+/'), minLength: 4, maxLength: 32 });
const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
const address = fc.oneof(
  fc.ipV4(),
  groups.map((all) => all.map((group) => group.toString(16).padStart(4, '0')).join(':')),
  fc.uuid().map((uuid) => `${uuid}.local`),
);
const description: fc.Arbitrary<Description> = fc.record({
  fragment: iceText,
  password: iceText,
  fingerprint: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  places: fc.array(fc.record({ address, port: fc.integer({ min: 1, max: 65535 }) }), { maxLength: 12 }),
});

const PLAIN: Description = {
  fragment: 'aB3+',
  password: 'x'.repeat(24),
  fingerprint: Uint8Array.from({ length: 32 }, (_, index) => index * 8),
  places: [
    { address: '192.168.0.17', port: 50_123 },
    { address: '0f0e1d2c-1111-4222-8333-123456789abc.local', port: 9 },
  ],
};

/** The kind of fault that reading a code ends with. */
function faultOf(read: () => unknown): string {
  try {
    read();
    return 'none';
  } catch (error) {
    return (error as { kind: string }).kind;
  }
}

it('carries any description to the other side and back', () => {
  fc.assert(
    fc.property(description, description, (there, back) => {
      const offer = writeOffer(there);
      expect(readOffer(offer)).toEqual(there);
      expect(readAnswer(writeAnswer(back, offer), offer)).toEqual(back);
    }),
  );
});

it('is short, of characters that every way of copying keeps, and lets line breaks pass', () => {
  const code = writeOffer(PLAIN);
  expect(code).toMatch(/^[\w-]{110,140}$/);
  expect(readOffer(`  ${code.slice(0, 50)}\r\n${code.slice(50)}\n`)).toEqual(PLAIN);
});

it('reads the short forms of IPv6, and leaves out what it does not know', () => {
  const placesOf = (address: string) => readOffer(writeOffer({ ...PLAIN, places: [{ address, port: 1 }] })).places;
  for (const [short, long] of [
    ['fd00::1', 'fd00:0000:0000:0000:0000:0000:0000:0001'],
    ['::', '0000:0000:0000:0000:0000:0000:0000:0000'],
    ['1:2:3:4:5:6:7::', '0001:0002:0003:0004:0005:0006:0007:0000'],
  ] as const) {
    expect(placesOf(short)).toEqual([{ address: long, port: 1 }]);
  }
  for (const odd of ['printer.local', '1:2:3', '1::2::3', '300.1.1.1', '12345::', ''])
    expect(placesOf(odd)).toEqual([]);
});

it('finds every character that was changed and every cut', () => {
  const code = writeOffer(PLAIN);
  for (let index = 0; index < code.length; index++) {
    const other = code[index] === 'A' ? 'B' : 'A';
    const changed = code.slice(0, index) + other + code.slice(index + 1);
    // The last character may stand for bits that are in no byte.
    if (faultOf(() => readOffer(changed)) === 'none') expect(index).toBe(code.length - 1);
    expect(['code-damaged', 'code-empty', 'code-foreign']).toContain(faultOf(() => readOffer(code.slice(0, index))));
  }
});

it('says what a code is that is not the one', () => {
  const offer = writeOffer(PLAIN);
  const answer = writeAnswer(PLAIN, offer);
  expect(faultOf(() => readOffer(' \n'))).toBe('code-empty');
  expect(faultOf(() => readOffer('Hello, here is the code!'))).toBe('code-foreign');
  expect(faultOf(() => readOffer('aGVsbG8gdGhlcmU'))).toBe('code-foreign');
  expect(faultOf(() => readOffer(answer))).toBe('code-is-answer');
  expect(faultOf(() => readAnswer(offer, offer))).toBe('code-is-offer');
  const other = writeOffer({ ...PLAIN, fragment: 'else' });
  expect(faultOf(() => readAnswer(answer, other))).toBe('code-other-offer');
});

it('never passes on what could add a line to a session description', () => {
  expect(faultOf(() => readOffer(writeOffer({ ...PLAIN, fragment: 'a\r\na=x' })))).toBe('code-foreign');
});

it('takes from a session description what matters, and writes one that says the same', () => {
  const sdp = `${writeDescription(PLAIN, 'offer')}a=candidate:1 1 udp 2122260223 192.168.0.17 50123 typ host generation 0
a=candidate:2 1 tcp 1518280447 192.168.0.17 9 typ host tcptype active
a=candidate:3 2 udp 2122260222 192.168.0.17 50124 typ host
a=candidate:4 1 UDP 2122194687 0F0E1D2C-1111-4222-8333-123456789ABC.local 9 typ host
a=candidate:5 1 udp 1686052607 203.0.113.4 50123 typ srflx raddr 192.168.0.17 rport 50123
`;
  expect(readDescription(sdp)).toEqual(PLAIN);
  expect(readDescription(sdp.replace(/a=ice-pwd.*/, ''))).toBe(null);
  expect(candidateOf(PLAIN.places[0]!, 0).candidate).toBe('candidate:1 1 udp 2130706431 192.168.0.17 50123 typ host');
});
