/** Invented names: right split, disjoint, sayable. */
import { expect, test } from 'vitest';
import {
  firstName,
  inventAnimal,
  inventCompany,
  inventCountry,
  inventPerson,
  inventPlace,
  inventPlant,
  inventProduct,
  inventSurname,
  inventWord,
} from './names.ts';
import { readTables } from './facts/table.ts';
import { Random } from './random.ts';

const MAKERS = [inventCountry, inventPlace, inventSurname, firstName];

test.each(MAKERS)('%o draws different names for training and for the evaluation', (make) => {
  const random = new Random(7);
  const train = new Set(Array.from({ length: 500 }, () => make(random, 'train')));
  const heldOut = Array.from({ length: 200 }, () => make(random, 'held-out'));
  expect(train.size).toBeGreaterThan(100);
  expect(heldOut.filter((name) => train.has(name))).toEqual([]);
});

test('the brand of a product or company belongs to one split', () => {
  const random = new Random(8);
  const brand = (name: string): string => name.split(' ')[0]!;
  const train = new Set(Array.from({ length: 500 }, () => brand(inventProduct(random, 'train'))));
  for (let i = 0; i < 200; i++) {
    expect(train.has(brand(inventProduct(random, 'held-out')))).toBe(false);
    expect(train.has(brand(inventCompany(random, 'held-out')))).toBe(false);
  }
});

test('names are plain letters', () => {
  const random = new Random(9);
  for (let i = 0; i < 100; i++) {
    expect(inventPerson(random, 'train')).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/u);
    expect(inventPlant(random, 'train')).toMatch(/^[a-z ]+$/u);
    expect(inventCompany(random, 'train')).toMatch(/^[A-Z][A-Za-z ]+$/u);
  }
});

test('no invented name is in the tables of facts', () => {
  const known = new Set(
    [...readTables().values()].flat().flatMap((row) => [...row.values()].flat().map((name) => name.toLowerCase())),
  );
  const random = new Random(10);
  for (const make of [inventCountry, inventPlace, inventAnimal, inventWord]) {
    for (let i = 0; i < 1000; i++) expect(known.has(make(random, 'train').toLowerCase())).toBe(false);
  }
});
