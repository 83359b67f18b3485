/** A decoder's sizes as its metadata gives them, checked before anything is planned. */
import { metadataInteger, metadataNumber, metadataString } from '../format/metadata.ts';
import type { ModelFile } from '../format/model-file.ts';
import { EngineError } from '../protocol/errors.ts';

/** Sizes of a decoder-only transformer. */
export interface ModelShape {
  readonly architecture: string;
  readonly layers: number;
  readonly embeddingLength: number;
  readonly feedForwardLength: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly rotaryDim: number;
  readonly vocabularySize: number;
  /** Tokens, as trained. */
  readonly contextLength: number;
  readonly normEpsilon: number;
  /** Of each layer that is a mixture of experts; `null` in a dense model. */
  readonly experts: ExpertCounts | null;
}

/** How many experts there are, and how many of them a token runs through. */
interface ExpertCounts {
  readonly count: number;
  readonly used: number;
}

/** Experts that a token may run through: a prefill chunk of pairs must fit into one dimension of a grid. */
const USED_EXPERTS_MAX = 64;

/** Reads and checks a shape. Rejects sizes that no kernel takes, with `FileUnsupported` or `FileMalformed`. */
export function readShape(file: ModelFile): ModelShape {
  const architecture = metadataString(file, 'general.architecture');
  const number = (key: string, fallback?: number): number => metadataNumber(file, `${architecture}.${key}`, fallback);
  const count = (key: string, fallback?: number): number =>
    metadataInteger(file, `${architecture}.${key}`, fallback === undefined ? {} : { fallback });
  const embeddingLength = count('embedding_length');
  const heads = count('attention.head_count');
  const kvHeads = count('attention.head_count_kv', heads);
  const headDim = count('attention.key_length', embeddingLength / heads);
  const rotaryDim = count('rope.dimension_count', headDim);
  if (count('attention.value_length', headDim) !== headDim) {
    throw unsupported('keys and values of one length', `${headDim} and ${count('attention.value_length')}`);
  }
  if (heads % kvHeads !== 0)
    throw unsupported('a number of heads that is a multiple of the key-value heads', `${heads} and ${kvHeads}`);
  if (headDim % 4 !== 0 || headDim > 256)
    throw unsupported('a head length that is a multiple of 4 and at most 256', headDim);
  if (rotaryDim % 2 !== 0 || rotaryDim > headDim) throw unsupported('an even rotary length within the head', rotaryDim);
  const embeddings = file.tensors.get('token_embd.weight');
  const vocabularySize = embeddings?.shape[0];
  if (vocabularySize === undefined) {
    throw new EngineError('TensorMissing', {
      what: 'The file has no tensor "token_embd.weight": it is a vocabulary without a model, or one part of several',
      remedy: 'Choose the file that holds the weights.',
    });
  }
  return {
    architecture,
    layers: count('block_count'),
    embeddingLength,
    feedForwardLength: count('feed_forward_length'),
    heads,
    kvHeads,
    headDim,
    rotaryDim,
    vocabularySize,
    contextLength: count('context_length'),
    // Which of the two a file has is a matter of its family's kind of norm.
    normEpsilon: file.metadata.has(`${architecture}.attention.layer_norm_epsilon`)
      ? number('attention.layer_norm_epsilon')
      : number('attention.layer_norm_rms_epsilon'),
    experts: number('expert_count', 0) === 0 ? null : readExperts(count('expert_count'), count('expert_used_count')),
  };
}

function readExperts(count: number, used: number): ExpertCounts {
  if (used > Math.min(count, USED_EXPERTS_MAX)) {
    throw unsupported(`at most ${Math.min(count, USED_EXPERTS_MAX)} experts for each token`, used);
  }
  return { count, used };
}

function unsupported(expected: string, got: string | number): EngineError {
  return new EngineError('FileUnsupported', {
    what: 'Freehold cannot run a model of these sizes yet',
    expected,
    got,
    remedy: 'Choose another model.',
  });
}
