/**
 * `npm run --silent tokenize -- --model FILE --input TEXTFILE [--separator LINE]`
 * `npm run --silent tokenize -- --model FILE --bench`
 *
 * FILE may also be a folder, a part of a model, or several files (`--model` for each).
 * Prints a JSON array with an array of token ids for each text: no BOS or EOS, special tokens not parsed. With a
 * separator the texts are what stands between lines equal to it; without, the whole file is one text. A file that holds
 * only a vocabulary will do. `--bench` prints how long a text of 100 kB takes, as JSON.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readGguf } from '../workers/format/gguf.ts';
import { readModel } from '../workers/format/read-model.ts';
import { EngineError } from '../workers/protocol/errors.ts';
import { createTokenizer } from '../workers/text/create-tokenizer.ts';
import { measureEncode } from './measure-encode.ts';
import { openModelFiles } from './model-files.ts';

/** Cuts at separator lines. The line break before one belongs to it, as the one after does; the last may end the file. */
export function splitTexts(input: string, separator: string | undefined): string[] {
  if (separator === undefined) return [input];
  const texts = input.split(`\n${separator}\n`);
  if (texts.length > 1 && texts.at(-1) === '') texts.pop();
  return texts;
}

function required<T>(value: T | undefined, option: string): T {
  if (value !== undefined) return value;
  throw new EngineError('SettingInvalid', {
    what: `The option --${option} is missing`,
    remedy: 'Usage: npm run --silent tokenize -- --model FILE (--input TEXTFILE [--separator LINE] | --bench)',
  });
}

/** Runs the tool; resolves to the exit code. Rejects with an EngineError. */
export async function main(argv: string[]): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: {
      model: { type: 'string', multiple: true },
      input: { type: 'string' },
      separator: { type: 'string' },
      bench: { type: 'boolean', default: false },
    },
  });
  const { bytes, close } = await openModelFiles(required(values.model, 'model'));
  try {
    const input = values.bench ? '' : await readFile(required(values.input, 'input'), 'utf8');
    const tokenizer = createTokenizer('read' in bytes ? await readGguf(bytes) : await readModel(bytes));
    if (values.bench) {
      process.stdout.write(`${JSON.stringify(measureEncode(tokenizer))}\n`);
      return 0;
    }
    const texts = splitTexts(input, values.separator);
    process.stdout.write(`${JSON.stringify(texts.map((text) => tokenizer.encode(text)))}\n`);
    return 0;
  } finally {
    await close();
  }
}
