/** Runs in the browser: defines `answer` and `embed` for the test that opened the page. The import map says where wllama is. */
import { Wllama } from '@wllama/wllama';

globalThis.answer = (loadParameters, completionParameters) =>
  withModel(loadParameters, (wllama) => wllama.createCompletion(completionParameters));

globalThis.embed = (loadParameters, inputs) =>
  withModel(loadParameters, async (wllama) => {
    const responses = [];
    for (const input of inputs) responses.push(await wllama.createEmbedding({ input }));
    return responses;
  });

async function withModel(loadParameters, work) {
  const wllama = new Wllama({ default: '/wllama.wasm' }, { suppressNativeLog: true });
  try {
    const response = await fetch('/model.gguf');
    await wllama.loadModel([await response.blob()], loadParameters);
    // A model that cannot be loaded throws nothing.
    if (wllama.getLoadedContextInfo().success === false) throw new Error('llama.cpp refuses this model.');
    return await work(wllama);
  } finally {
    await wllama.exit();
  }
}
