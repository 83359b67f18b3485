/** The files in which Sentence Transformers says how a folder's model makes embeddings, as published folders have them. */
import type { NamedSource } from '../../workers/source/byte-source.ts';
import { jsonFile } from './hugging-face-twin.ts';

const MODES = {
  cls: 'pooling_mode_cls_token',
  mean: 'pooling_mode_mean_tokens',
  max: 'pooling_mode_max_tokens',
  lasttoken: 'pooling_mode_lasttoken',
} as const;

/** `modules.json`: the transformer, pooling and what else is given. */
export function modulesFile(...more: readonly { readonly path: string; readonly type: string }[]): NamedSource {
  const modules = [
    { path: '', type: 'sentence_transformers.models.Transformer' },
    { path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
    ...more,
  ];
  return jsonFile(
    'modules.json',
    modules.map((module, idx) => ({ idx, name: String(idx), ...module })),
  );
}

/** Both files; the embedding is scaled to length 1 at the end. */
export function poolingFiles(mode: keyof typeof MODES, fields: Record<string, unknown> = {}): NamedSource[] {
  const modes = Object.entries(MODES).map(([name, field]) => [field, name === mode]);
  return [
    modulesFile({ path: '2_Normalize', type: 'sentence_transformers.models.Normalize' }),
    jsonFile('1_Pooling/config.json', {
      word_embedding_dimension: 384,
      ...Object.fromEntries(modes),
      include_prompt: true,
      ...fields,
    }),
  ];
}
