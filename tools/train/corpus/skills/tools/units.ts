/** Units as people write them, and how they convert; the tool gets them as written. */
import type { Random } from '../../random.ts';

/** A unit: how it is written after a number, its singular, and how many of the kind's base unit it is. */
interface Unit {
  readonly many: readonly string[];
  readonly one: string;
  readonly size: number;
}

/** Kinds of units that convert into one another. */
export const UNIT_KINDS: Readonly<Record<string, readonly Unit[]>> = {
  long: [
    unit('kilometers km kilometres', 'kilometer', 1000),
    unit('meters metres', 'meter', 1),
    unit('centimeters cm centimetres', 'centimeter', 0.01),
    unit('miles', 'mile', 1609.344),
    unit('feet', 'foot', 0.3048),
    unit('inches', 'inch', 0.0254),
    unit('yards', 'yard', 0.9144),
  ],
  heavy: [
    unit('kilograms kg kilos', 'kilogram', 1),
    unit('grams', 'gram', 0.001),
    unit('pounds', 'pound', 0.45359237),
    unit('ounces', 'ounce', 0.028349523125),
    unit('tons tonnes', 'ton', 1000),
  ],
  wet: [
    unit('liters litres', 'liter', 1),
    unit('milliliters ml', 'milliliter', 0.001),
    unit('gallons', 'gallon', 3.785411784),
    unit('pints', 'pint', 0.473176473),
    unit('cups', 'cup', 0.2365882365),
  ],
  span: [
    unit('hours', 'hour', 3600),
    unit('minutes', 'minute', 60),
    unit('seconds', 'second', 1),
    unit('days', 'day', 86400),
    unit('weeks', 'week', 604800),
  ],
  fast: [unit('km/h kph', 'km/h', 1), unit('mph', 'mph', 1.609344), unit('knots', 'knot', 1.852)],
  data: [
    unit('kilobytes KB', 'kilobyte', 1),
    unit('megabytes MB', 'megabyte', 1000),
    unit('gigabytes GB', 'gigabyte', 1e6),
  ],
  area: [unit('hectares', 'hectare', 10000), unit('acres', 'acre', 4046.8564224)],
  warm: [unit('Celsius', 'degree Celsius', 1), unit('Fahrenheit', 'degree Fahrenheit', 5 / 9)],
};

/** Units that do not exist. */
export const ODD_UNITS = 'blips flums grots plinks zorgs snools wibbles dunks quabs tronks'.split(' ');

/** A value with the unit that it has and the one that it is wanted in, as written, and the converted value. */
export interface Conversion {
  readonly value: number;
  readonly from: string;
  readonly one: string;
  readonly to: string;
  readonly result: number;
}

/** A conversion among units of this kind whose result is neither tiny nor huge. */
export function drawConversion(random: Random, kind: string, fixedValue?: number): Conversion {
  for (;;) {
    const [from, to] = random.sample(UNIT_KINDS[kind]!, 2) as [Unit, Unit];
    const value = fixedValue ?? drawValue(random);
    const result = kind === 'warm' ? convertWarmth(value, from.size === 1) : (value * from.size) / to.size;
    const rounded = Math.round(result * 1000) / 1000;
    if (Math.abs(rounded) < 0.01 || Math.abs(rounded) > 1e7) continue;
    const degrees = kind === 'warm' && random.chance(0.6) ? 'degrees ' : '';
    const written = { from: degrees + random.pick(from.many), to: random.pick(to.many) };
    return { value, ...written, one: from.one, result: rounded };
  }
}

function drawValue(random: Random): number {
  return random.weighted([
    [random.integer(2, 20), 4],
    [random.integer(2, 99), 3],
    [random.integer(100, 999), 2],
    [random.integer(1, 20) * 50, 1],
    [random.integer(2, 199) / 2, 2],
    [random.integer(2, 99) / 10, 1],
  ]);
}

function convertWarmth(value: number, fromCelsius: boolean): number {
  return fromCelsius ? value * 1.8 + 32 : (value - 32) / 1.8;
}

function unit(many: string, one: string, size: number): Unit {
  return { many: many.split(' '), one, size };
}
