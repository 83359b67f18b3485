/**
 * Which files of an ONNX export are whole decoders: by the names that Optimum and transformers.js write. A graph may keep
 * its weights beside it, in `<graph>_data`, `<graph>_data_1` and so on; a graph that names other files does not load, so
 * nothing in a graph can make another file be opened. Left out: graphs that run only with others (encoders, vision,
 * decoders without a cache).
 */

/** Weights by the suffix of a graph's name; the first has none. Source: transformers.js's table of suffixes. */
const ONNX_WEIGHTS = {
  fp32: '',
  fp16: '_fp16',
  q8: '_quantized',
  int8: '_int8',
  uint8: '_uint8',
  q4: '_q4',
  q4f16: '_q4f16',
  q2: '_q2',
  q2f16: '_q2f16',
  q1: '_q1',
  q1f16: '_q1f16',
  bnb4: '_bnb4',
} as const;

/** How a graph's weights are kept, by transformers.js's name. */
type OnnxWeights = keyof typeof ONNX_WEIGHTS;

/** A decoder in one graph, with what keeps its weights. */
export interface OnnxGraph {
  /** Its folder within the model, such as `onnx`; empty where it lies beside `config.json`. */
  readonly folder: string;
  /** The graph's name without suffix and ending. */
  readonly stem: string;
  readonly weights: OnnxWeights;
  /** The graph's path, then those of its weights in the order of their numbers. */
  readonly paths: readonly string[];
}

/** By preference: older exports call the decoder with a cache the merged one. */
const STEMS = ['model', 'decoder_model_merged'] as const;

/** The decoders among files of one folder. Where newer and older names are there, the newer ones are the model. */
export function onnxGraphs(folder: string, paths: readonly string[]): OnnxGraph[] {
  const within = folder === '' ? '' : `${folder}/`;
  const listed = new Set(paths);
  for (const stem of STEMS) {
    const graphs = (Object.keys(ONNX_WEIGHTS) as OnnxWeights[]).flatMap((weights): OnnxGraph[] => {
      const path = `${within}${stem}${ONNX_WEIGHTS[weights]}.onnx`;
      if (!listed.has(path)) return [];
      const data = [`${path}_data`];
      for (let number = 1; listed.has(`${path}_data_${number}`); number++) data.push(`${path}_data_${number}`);
      const kept = data.length > 1 ? data : data.filter((name) => listed.has(name));
      return [{ folder: folder.slice(folder.lastIndexOf('/') + 1), stem, weights, paths: [path, ...kept] }];
    });
    if (graphs.length > 0) return graphs;
  }
  return [];
}
