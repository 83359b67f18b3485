/** What another page does with Freehold: load a model, ask it in each way, show what comes. */
import { createFreehold, createLanguageModel, FreeholdError } from './freehold.js';

const status = document.querySelector('[role=status]');
const output = document.querySelector('output');
const text = document.querySelector('#text');

/** The models that were picked, each in a worker of its own. */
const models = {};

/** Loads the file that was picked in this field, once. */
async function model(field) {
  const [file] = document.querySelector(`#${field}`).files;
  models[field] ??= await createFreehold({
    model: file,
    onProgress: ({ phase }) => (status.textContent = `${phase} the model`),
  });
  return models[field];
}

const uses = {
  async answer() {
    const { chat } = await model('chat-model');
    const { choices } = await chat.completions.create({
      messages: [{ role: 'user', content: text.value }],
      max_tokens: 16,
      seed: 7,
    });
    output.textContent = choices[0].message.content;
  },

  async stream() {
    const { chat } = await model('chat-model');
    const chunks = await chat.completions.create({
      messages: [{ role: 'user', content: text.value }],
      max_tokens: 16,
      seed: 7,
      stream: true,
    });
    for await (const { choices } of chunks) output.textContent += choices[0].delta.content ?? '';
  },

  async session() {
    const { LanguageModel } = await model('chat-model');
    if ((await LanguageModel.availability()) !== 'available') throw new Error('no model');
    const session = await LanguageModel.create({ initialPrompts: [{ role: 'system', content: 'Be brief.' }] });
    const stop = AbortSignal.timeout(60_000);
    for await (const piece of session.promptStreaming(text.value, { signal: stop })) {
      output.textContent += piece;
      // A model of random weights never ends its turn by itself.
      if (output.textContent.length > 40) break;
    }
    session.destroy();
  },

  async embed() {
    const { embeddings } = await model('embedding-model');
    const { data } = await embeddings.create({ input: [text.value, 'The sea is wide.'] });
    const [a, b] = data.map(({ embedding }) => embedding);
    const cosine = a.reduce((sum, value, index) => sum + value * b[index], 0);
    output.textContent = `${a.length} numbers, cosine ${cosine.toFixed(3)}`;
  },
};

for (const [id, use] of Object.entries(uses)) {
  document.querySelector(`#${id}`).addEventListener('click', async () => {
    output.textContent = '';
    status.textContent = 'working';
    try {
      await use();
      status.textContent = 'done';
    } catch (error) {
      status.textContent = error instanceof FreeholdError ? `${error.code}: ${error.message}` : String(error);
    }
  });
}

// For whoever tries it in the browser's console.
Object.assign(globalThis, { createFreehold, createLanguageModel, FreeholdError, models });
