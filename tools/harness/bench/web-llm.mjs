/**
 * WebLLM, from the folder that a person brought (`tools/bench/README.md`): its package, an MLC model and the model's compiled
 * library. Plain JavaScript, because nothing of it is a dependency whose types could be had.
 */
import { offer, promptText } from './bench-engine.ts';

const FOLDER = new URL('peers/web-llm/', location.href).href;

let engine = null;

offer({
  async load(_file, contextTokens) {
    const library = await import(/* @vite-ignore */ `${FOLDER}node_modules/@mlc-ai/web-llm/lib/index.js`);
    const entry = { model_id: 'model', model: `${FOLDER}resolve/main/`, model_lib: `${FOLDER}model.wasm` };
    engine = await library.CreateMLCEngine(
      entry.model_id,
      { appConfig: { model_list: [entry] } },
      { context_window_size: contextTokens },
    );
  },

  async answer({ promptTokens, maxTokens, seed }, onText) {
    // Nothing of the last conversation may be there already.
    await engine.resetChat();
    const stream = await engine.completions.create({
      prompt: promptText(promptTokens, seed),
      ...{ max_tokens: maxTokens, temperature: 0, ignore_eos: true },
      ...{ stream: true, stream_options: { include_usage: true } },
    });
    let usage;
    let pieces = 0;
    for await (const chunk of stream) {
      if (chunk.choices[0]?.text) onText(++pieces);
      usage = chunk.usage ?? usage;
    }
    return { prefilledTokens: usage.prompt_tokens, tokens: usage.completion_tokens };
  },
});
