/**
 * `npm run bench:model -- --shape SHAPE --type TYPE FILE`: writes a model of random weights in the shape of a well-known
 * one, for benches where that one cannot be had.
 */
import { parseOptions } from './arguments.ts';
import { FILE_TYPES, SHAPES } from './bench/shapes.ts';
import { writeModel } from './bench/write-model.ts';

const OPTIONS = { shape: 'value', type: 'value' } as const;

/** Writes the file and says how large it is. */
export async function main(argv: string[]): Promise<number> {
  const path = argv.at(-1);
  if (path === undefined || path.startsWith('--'))
    throw new Error('the path of the file to write is missing: --shape SHAPE --type TYPE FILE');
  const options = parseOptions(argv.slice(0, -1), OPTIONS);
  const shape = oneOf('shape', options.required('shape'), Object.keys(SHAPES) as (keyof typeof SHAPES)[]);
  const type = oneOf('type', options.required('type'), FILE_TYPES);
  const bytes = await writeModel(path, SHAPES[shape], type, `Random ${shape} ${type}`);
  console.log(`${path}: ${bytes} bytes, ${shape} in ${type}`);
  return 0;
}

function oneOf<Name extends string>(option: string, got: string, known: readonly Name[]): Name {
  const found = known.find((name) => name === got);
  if (found === undefined) throw new Error(`--${option} is "${got}"; known are ${known.join(', ')}`);
  return found;
}
