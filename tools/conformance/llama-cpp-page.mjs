/** Runs in the browser: defines `answer` for the test that opened the page. The page's import map says where wllama is. */
import { Wllama } from '@wllama/wllama';

globalThis.answer = async (loadParameters, completionParameters) => {
  const wllama = new Wllama({ default: '/wllama.wasm' }, { suppressNativeLog: true });
  try {
    const response = await fetch('/model.gguf');
    await wllama.loadModel([await response.blob()], loadParameters);
    // A model that cannot be loaded throws nothing.
    if (wllama.getLoadedContextInfo().success === false) throw new Error('llama.cpp refuses this model.');
    return await wllama.createCompletion(completionParameters);
  } finally {
    await wllama.exit();
  }
};
