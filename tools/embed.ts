/**
 * `npm run --silent embed -- --model FILE … --text TEXT [--text-file FILE] [--context N] [--adapter NAME] [--json]`
 *
 * Prints the embedding of one text: its numbers on one line, or with `--json` one object with the ids that were read. The
 * model is a file, its parts or a folder.
 */
import { readFile } from 'node:fs/promises';
import { type Options, parseOptions } from './arguments.ts';
import { openNodeEmbedder } from './node-engine.ts';

const OPTIONS = {
  model: 'values',
  text: 'value',
  'text-file': 'value',
  context: 'value',
  adapter: 'value',
  json: 'switch',
} as const;

/** Runs the command; resolves to the exit code. */
export async function main(argv: string[]): Promise<number> {
  const options = parseOptions(argv, OPTIONS);
  const text = await readText(options);
  const contextLength = options.number('context');
  const { engine, close } = await openNodeEmbedder(
    options.several('model'),
    contextLength === undefined ? {} : { contextLength },
    options.text('adapter'),
  );
  try {
    const { summary, pooling, loadMs, textIds } = engine.model;
    const ids = textIds(text);
    const startedAt = performance.now();
    const embedding = [...(await engine.embed(ids))];
    const embedMs = performance.now() - startedAt;
    if (!options.has('json')) console.log(embedding.join(' '));
    else {
      const { name, architecture, quantization } = summary;
      const model = { name, architecture, quantization, pooling };
      console.log(JSON.stringify({ model, tokens: ids, embedding, timings: { load_ms: loadMs, embed_ms: embedMs } }));
    }
    return 0;
  } finally {
    await close();
  }
}

async function readText(options: Options): Promise<string> {
  const file = options.text('text-file');
  return file === undefined ? options.required('text') : readFile(file, 'utf8');
}
