/** Runs in the browser: defines `answer` for the test that opened the page. Served beside wllama's own files. */
const { Wllama } = await import(new URL('wllama.js', import.meta.url).href);

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
