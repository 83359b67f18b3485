/**
 * A small llama model that always says the same: each token of a script is followed by the next one, greedily and at any
 * usual temperature. For tests of what a page does with an answer; what it computes is nothing but a table.
 *
 * Each script token is a unit vector of its own in the embedding; attention and feed-forward add nothing to it; the output
 * matrix makes the next token's logit large and leaves all others at 0. So no token may stand in the script twice. A token
 * outside it leads to the script's end: with logits that are all alike the engine would take the model for a broken one.
 */
import { randomModel, type RandomModel } from './random-model.ts';
import { testVocabulary } from './test-vocabulary.ts';

const EMBEDDING = 512;
/** Behind the last norm a unit vector is about 22, times a norm weight of 0.5 at least. */
const OUTPUT_WEIGHT = 10;
const USER_DEFINED = 4;
const NORMAL = 1;
/** Merges last: no text is cut into words of the script that could be cut otherwise. */
const LOWEST_SCORE = -1_000_000;

/** What a scripted model should be like. */
export interface ScriptedModelOptions {
  readonly name: string;
  /** The token at which the prompt ends, then what the model says, token by token, with the one that ends its turn. */
  readonly script: readonly string[];
  /** Tokens that the tokenizer finds in a prompt's text, as most models have `<think>`. */
  readonly userDefined: readonly string[];
  readonly template: string;
}

/** The content of the model's file. Throws where the script is too long or says a token twice. */
export function scriptedModel({ name, script, userDefined, template }: ScriptedModelOptions): RandomModel {
  if (script.length >= EMBEDDING) throw new Error(`a script has fewer than ${EMBEDDING} tokens, not ${script.length}`);
  if (new Set(script).size < script.length) throw new Error('a script says no token twice');
  const vocabulary = testVocabulary();
  const added = [...new Set([...userDefined, ...script])].filter((token) => !vocabulary.tokens.includes(token));
  const tokens = [...vocabulary.tokens, ...added];
  const types = [...vocabulary.types, ...added.map((token) => (userDefined.includes(token) ? USER_DEFINED : NORMAL))];
  const scores = [...vocabulary.scores, ...added.map(() => LOWEST_SCORE)];

  const embedding = new Float32Array(tokens.length * EMBEDDING);
  const output = new Float32Array(tokens.length * EMBEDDING);
  const others = EMBEDDING - 1;
  for (const [id, token] of tokens.entries()) if (!script.includes(token)) embedding[id * EMBEDDING + others] = 1;
  output[tokens.indexOf(script.at(-1)!) * EMBEDDING + others] = OUTPUT_WEIGHT;
  for (const [place, token] of script.entries()) {
    embedding[tokens.indexOf(token) * EMBEDDING + place] = 1;
    const next = script[place + 1];
    if (next !== undefined) output[tokens.indexOf(next) * EMBEDDING + place] = OUTPUT_WEIGHT;
  }
  const { metadata, tensors } = randomModel({
    name,
    layers: 1,
    embedding: EMBEDDING,
    feedForward: 96,
    heads: 4,
    kvHeads: 2,
    metadata: {
      'llama.vocab_size': tokens.length,
      'tokenizer.ggml.tokens': tokens,
      'tokenizer.ggml.scores': { type: 'array', itemType: 'float32', value: scores },
      'tokenizer.ggml.token_type': { type: 'array', itemType: 'int32', value: types },
      'tokenizer.chat_template': template,
    },
  });
  const replaced: Readonly<Record<string, Float32Array<ArrayBuffer>>> = {
    'token_embd.weight': embedding,
    'output.weight': output,
  };
  return {
    metadata,
    tensors: tensors.map((tensor) => {
      const values = replaced[tensor.name];
      if (values) return { ...tensor, shape: [tokens.length, EMBEDDING], bytes: new Uint8Array(values.buffer) };
      const isSilent = tensor.name.endsWith('attn_output.weight') || tensor.name.endsWith('ffn_down.weight');
      return isSilent ? { ...tensor, bytes: new Uint8Array(tensor.bytes.length) } : tensor;
    }),
  };
}
