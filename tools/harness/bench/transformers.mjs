/**
 * transformers.js on WebGPU, from the folder that a person brought (`tools/bench/README.md`): its package with ONNX Runtime, and
 * an ONNX model. Plain JavaScript, because nothing of it is a dependency whose types could be had.
 */
import { offer, promptIds } from './bench-engine.ts';

const FOLDER = new URL('peers/transformers/', location.href).href;
/** By the names of transformers.js, and how its files of that kind end; the first that is there is taken. */
const TYPES = { q4f16: '_q4f16', q4: '_q4', fp16: '_fp16', fp32: '' };

let library = null;
let model = null;

async function typeThatIsThere() {
  for (const [dtype, ending] of Object.entries(TYPES)) {
    const response = await fetch(`${FOLDER}model/onnx/model${ending}.onnx`, { method: 'HEAD' });
    if (response.ok) return dtype;
  }
  const names = Object.values(TYPES).map((ending) => `model${ending}.onnx`);
  throw new Error(`--transformers: model/onnx has none of ${names.join(', ')}`);
}

offer({
  async load() {
    const dtype = await typeThatIsThere();
    library = await import(
      /* @vite-ignore */ `${FOLDER}node_modules/@huggingface/transformers/dist/transformers.min.js`
    );
    const { AutoModelForCausalLM, env } = library;
    Object.assign(env, { allowRemoteModels: false, allowLocalModels: true, localModelPath: FOLDER });
    env.backends.onnx.wasm.wasmPaths = `${FOLDER}node_modules/onnxruntime-web/dist/`;
    model = await AutoModelForCausalLM.from_pretrained('model', { device: 'webgpu', dtype });
  },

  async answer({ promptTokens, maxTokens, seed }, onText) {
    const { vocab_size: vocabularySize } = model.config.text_config ?? model.config;
    const ids = BigInt64Array.from(promptIds(promptTokens, seed, vocabularySize), BigInt);
    const shape = [1, promptTokens];
    let tokens = -1; // the prompt comes first
    await model.generate({
      input_ids: new library.Tensor('int64', ids, shape),
      attention_mask: new library.Tensor(
        'int64',
        BigInt64Array.from(ids, () => 1n),
        shape,
      ),
      ...{ max_new_tokens: maxTokens, min_new_tokens: maxTokens, do_sample: false },
      streamer: {
        put() {
          if (++tokens > 0) onText(tokens);
        },
        end: () => undefined,
      },
    });
    return { prefilledTokens: promptTokens, tokens };
  },
});
