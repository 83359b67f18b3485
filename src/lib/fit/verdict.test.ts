/** Verdicts on numbers written by hand, and that more of anything never makes one better. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MemoryNeed } from './need.ts';
import { type Fit, judge, type Room, VERDICTS } from './verdict.ts';

const GB = 1e9;
/** A laptop: 8 GB or more, 2 GB buffers, 20 GB of storage left. */
const LAPTOP: Room = {
  bufferBytes: 2 * GB,
  storageBytes: 20 * GB,
  memoryBytes: 8 * GB,
  memoryIsLeast: true,
  provenBytes: 0,
};
/** A phone of 4 GB. */
const PHONE: Room = { ...LAPTOP, bufferBytes: 0.25 * GB, memoryBytes: 4 * GB, memoryIsLeast: false };
const UNKNOWN: Room = { ...LAPTOP, memoryBytes: null };

function need(total: number, largestBuffer = 0.02 * GB): MemoryNeed {
  return { weights: total - 0.2 * GB, kvCache: 0.15 * GB, scratch: 0.05 * GB, total, largestBuffer };
}

function said({ verdict, findings }: Fit): string {
  return [verdict, ...findings.map(({ about }) => about)].join(' ');
}

describe('judge', () => {
  it.each<[string, string, MemoryNeed, number, Room]>([
    ['a small model on a laptop', 'fits', need(1 * GB), 0.8 * GB, LAPTOP],
    ['half of the memory', 'fits', need(4 * GB), 3.8 * GB, LAPTOP],
    ['more than half of at least 8 GB', 'tight memory-unknown', need(5 * GB), 4.8 * GB, LAPTOP],
    ['more than 8 GB where there may be more', 'tight memory-unknown', need(18 * GB), 17 * GB, LAPTOP],
    ['more than half of a phone', 'tight memory', need(2.5 * GB), 2.3 * GB, PHONE],
    ['more than the whole phone', 'no memory', need(4.1 * GB), 3.9 * GB, PHONE],
    ['what has run here before', 'fits', need(5 * GB), 4.8 * GB, { ...LAPTOP, provenBytes: 5 * GB }],
    ['a gigabyte where nothing is known', 'fits', need(1 * GB), 0.8 * GB, UNKNOWN],
    ['more where nothing is known', 'tight memory-unknown', need(1.1 * GB), 0.9 * GB, UNKNOWN],
    ['half of one buffer', 'fits', need(2 * GB), 1.8 * GB, { ...UNKNOWN, bufferBytes: 4 * GB }],
    ['a buffer over the limit', 'no buffer', need(1 * GB, 0.3 * GB), 0.8 * GB, PHONE],
    ['the last of the storage', 'tight storage', need(1 * GB), 19 * GB, LAPTOP],
    ['more than the storage', 'no storage', need(1 * GB), 20.5 * GB, LAPTOP],
    ['a model that is stored already', 'fits', need(1 * GB), 0, { ...LAPTOP, storageBytes: 0 }],
    ['storage that nobody tells of', 'fits', need(1 * GB), 100 * GB, { ...LAPTOP, storageBytes: null }],
    ['the worst comes first', 'no storage memory-unknown', need(5 * GB), 21 * GB, LAPTOP],
  ])('%s: %s', (_, expected, needed, fetchBytes, room) => {
    expect(said(judge(needed, fetchBytes, room))).toBe(expected);
  });

  it('tells the numbers', () => {
    expect(judge(need(2.5 * GB), 19 * GB, PHONE).findings).toEqual([
      { verdict: 'tight', about: 'storage', neededBytes: 19 * GB, thereBytes: 20 * GB },
      { verdict: 'tight', about: 'memory', neededBytes: 2.5 * GB, thereBytes: 4 * GB },
    ]);
    expect(judge(need(3 * GB), 0, UNKNOWN).findings).toEqual([
      { verdict: 'tight', about: 'memory-unknown', neededBytes: 3 * GB, thereBytes: null },
    ]);
  });

  const bytes = fc.double({ min: 0, max: 1e12, noNaN: true });
  const rooms: fc.Arbitrary<Room> = fc.record({
    bufferBytes: bytes,
    storageBytes: fc.option(bytes),
    memoryBytes: fc.option(bytes),
    memoryIsLeast: fc.boolean(),
    provenBytes: bytes,
  });
  const rank = (fit: Fit): number => VERDICTS.indexOf(fit.verdict);

  it('never gets better as a model gets larger', () => {
    fc.assert(
      fc.property(rooms, bytes, bytes, bytes, bytes, (room, total, largest, fetched, more) => {
        const before = rank(judge(need(total, largest), fetched, room));
        expect(rank(judge(need(total + more, largest), fetched, room))).toBeGreaterThanOrEqual(before);
        expect(rank(judge(need(total, largest + more), fetched, room))).toBeGreaterThanOrEqual(before);
        expect(rank(judge(need(total, largest), fetched + more, room))).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  it('never gets worse as there is more room', () => {
    fc.assert(
      fc.property(rooms, bytes, bytes, bytes, (room, total, fetched, more) => {
        const before = rank(judge(need(total), fetched, room));
        const roomier = [
          { ...room, bufferBytes: room.bufferBytes + more },
          { ...room, storageBytes: room.storageBytes === null ? null : room.storageBytes + more },
          { ...room, memoryBytes: room.memoryBytes === null ? null : room.memoryBytes + more },
          { ...room, provenBytes: room.provenBytes + more },
        ];
        for (const other of roomier) expect(rank(judge(need(total), fetched, other))).toBeLessThanOrEqual(before);
      }),
    );
  });
});
