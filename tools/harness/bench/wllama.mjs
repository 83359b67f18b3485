/**
 * llama.cpp in WASM (npm `@wllama/wllama`), all layers on the GPU as it has them by default, on the same file. Plain
 * JavaScript, because the package's types are its sources, which do not pass our stricter rules.
 */
import { Wllama } from '@wllama/wllama';
import wasmUrl from '@wllama/wllama/esm/wasm/wllama.wasm?url';
import { offer, promptText } from './bench-engine.ts';

const wllama = new Wllama({ default: wasmUrl }, { suppressNativeLog: true });

offer({
  async load(file, contextTokens) {
    if (file === null) throw new Error('no model was chosen');
    await wllama.loadModel([file], { n_ctx: contextTokens, n_parallel: 1 });
    // A model that cannot be loaded throws nothing.
    if (wllama.getLoadedContextInfo().success === false) throw new Error('llama.cpp refuses this model');
  },

  async answer({ promptTokens, maxTokens, seed }, onText) {
    let timings;
    await wllama.createCompletion({
      // An empty prompt is refused.
      prompt: promptText(Math.max(1, promptTokens - (wllama.mustAddBosToken() ? 1 : 0)), seed),
      ...{ max_tokens: maxTokens, temperature: 0, ignore_eos: true, cache_prompt: false },
      ...{ stream: true, timings_per_token: true },
      onData(chunk) {
        timings = chunk.timings ?? timings;
        if (chunk.choices[0]?.text) onText(timings.predicted_n);
      },
    });
    return { prefilledTokens: timings.prompt_n, tokens: timings.predicted_n };
  },
});
