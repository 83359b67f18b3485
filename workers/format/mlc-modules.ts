/** Which modules an MLC model has, by its configuration: their names, sizes, and the weights that GGUF has in their place. */
import type { MlcConfig } from './mlc-config.ts';
import { type MlcNames, mlcNames } from './mlc-names.ts';

/** A matrix as MLC stores it: what its rows are, and how many columns they have. */
export interface MlcModule {
  readonly stem: string;
  readonly columns: number;
  readonly parts: readonly (readonly [name: string, rows: number])[];
  readonly embedding?: boolean;
  /** It chooses among a few: stored plainly in a quantized model too, unless it has 256 rows or more. */
  readonly router?: boolean;
  /** So many such matrices in one tensor, expert behind expert. */
  readonly experts?: number;
}

/** BERT's kinds of text. */
const TEXT_TYPES = 2;

/** Every matrix of a model, in the order of its layers. Names of the parts are GGUF's. */
export function mlcModules(config: MlcConfig, tied: boolean): MlcModule[] {
  const { architecture, layers, experts } = config;
  const size = (key: string): number => Number(config.metadata.get(`${architecture}.${key}`));
  const hidden = size('embedding_length');
  const vocabulary = size('vocab_size');
  const queryRows = size('attention.head_count') * size('attention.key_length');
  const keyRows = size('attention.head_count_kv') * size('attention.key_length');
  const names = mlcNames(architecture);
  const all: MlcModule[] = [embedding(names.embeddings, hidden, 'token_embd', vocabulary)];
  const { positions, textTypes } = names;
  if (positions !== undefined) all.push(embedding(positions, hidden, 'position_embd', size('context_length')));
  if (textTypes !== undefined) all.push(embedding(textTypes, hidden, 'token_types', TEXT_TYPES));
  const heads = [
    ['attn_q', queryRows],
    ['attn_k', keyRows],
    ['attn_v', keyRows],
  ] as const;
  const { qkv } = names;
  for (let layer = 0; layer < layers; layer++) {
    const inLayer: MlcModule[] = [
      ...(typeof qkv === 'string'
        ? [{ stem: qkv, columns: hidden, parts: heads }]
        : heads.map((part, at) => ({ stem: qkv[at]!, columns: hidden, parts: [part] }))),
      { stem: names.output, columns: queryRows, parts: [['attn_output', hidden]] },
      ...(experts > 0 ? mixture(config, hidden) : feedForward(names, hidden, size('feed_forward_length'))),
    ];
    for (const { stem, parts, ...rest } of inLayer) {
      const named = parts.map(([name, rows]) => [`blk.${layer}.${name}`, rows] as const);
      all.push({ ...rest, stem: `${names.layers}.${layer}.${stem}`, parts: named });
    }
  }
  if (!tied) all.push({ stem: names.head ?? 'lm_head', columns: hidden, parts: [['output', vocabulary]] });
  return all;
}

function embedding(stem: string, columns: number, name: string, rows: number): MlcModule {
  return { stem, columns, parts: [[name, rows]], embedding: true };
}

function feedForward({ feedForward: plain }: MlcNames, hidden: number, inner: number): MlcModule[] {
  if (!plain) return gated('mlp', hidden, inner, '');
  const [up, down] = plain;
  return [
    { stem: up, columns: hidden, parts: [['ffn_up', inner]] },
    { stem: down, columns: inner, parts: [['ffn_down', hidden]] },
  ];
}

function gated(stem: string, hidden: number, inner: number, suffix: string): MlcModule[] {
  return [
    { stem: `${stem}.gate_up_proj`, columns: hidden, parts: gateUp(inner, suffix) },
    { stem: `${stem}.down_proj`, columns: inner, parts: [[`ffn_down${suffix}`, hidden]] },
  ];
}

function gateUp(inner: number, suffix: string): MlcModule['parts'] {
  return [
    [`ffn_gate${suffix}`, inner],
    [`ffn_up${suffix}`, inner],
  ];
}

function mixture(config: MlcConfig, hidden: number): MlcModule[] {
  const { architecture, experts, metadata } = config;
  const length = (key: string) => metadata.get(`${architecture}.${key}`);
  const inner = Number(length('expert_feed_forward_length') ?? length('feed_forward_length'));
  const shared = length('expert_shared_feed_forward_length');
  const [stem, gateAndUp, down] =
    architecture === 'llama' ? ['moe', 'e1_e3', 'e2'] : ['mlp', 'moe_gate_up_proj', 'moe_down_proj'];
  const router = { columns: hidden, router: true };
  return [
    { ...router, stem: `${stem}.gate`, parts: [['ffn_gate_inp', experts]] },
    { stem: `${stem}.${gateAndUp}`, columns: hidden, parts: gateUp(inner, '_exps'), experts },
    { stem: `${stem}.${down}`, columns: inner, parts: [['ffn_down_exps', hidden]], experts },
    ...(shared === undefined
      ? []
      : [
          { ...router, stem: `${stem}.shared_expert_gate`, parts: [['ffn_gate_inp_shexp', 1]] as const },
          ...gated(`${stem}.shared_expert`, hidden, Number(shared), '_shexp'),
        ]),
  ];
}

/** Vectors by MLC's name: GGUF's name and the length. */
export function mlcNorms(config: MlcConfig): Map<string, readonly [name: string, length: number]> {
  const { architecture } = config;
  const size = (key: string): number => Number(config.metadata.get(`${architecture}.${key}`));
  const hidden = size('embedding_length');
  const headDim = size('attention.key_length');
  const names = mlcNames(architecture);
  const all = new Map<string, readonly [string, number]>();
  const addNorm = (mlc: string, gguf: string): void => {
    for (const kind of names.layerNorm ? ['weight', 'bias'] : ['weight'])
      all.set(`${mlc}.${kind}`, [`${gguf}.${kind}`, hidden]);
  };
  addNorm(...names.norm);
  for (let layer = 0; layer < config.layers; layer++) {
    const stem = `${names.layers}.${layer}`;
    for (const [mlc, gguf] of names.norms) addNorm(`${stem}.${mlc}`, `blk.${layer}.${gguf}`);
    if (names.headNorm === undefined) continue;
    for (const [letter, count] of [
      ['q', size('attention.head_count')],
      ['k', size('attention.head_count_kv')],
    ] as const) {
      const length = names.headNorm === 'head' ? headDim : count * headDim;
      all.set(`${stem}.self_attn.${letter}_norm.weight`, [`blk.${layer}.attn_${letter}_norm.weight`, length]);
    }
  }
  return all;
}
