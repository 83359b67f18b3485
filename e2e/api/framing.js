/** What a page does with the Freehold that it shows in a frame: ask the person, then the model. `?freehold=` is its address. */
import { connectFreehold, FreeholdError } from './freehold.js';

const status = document.querySelector('[role=status]');
const output = document.querySelector('output');
const frame = document.querySelector('iframe');
frame.src = new URLSearchParams(location.search).get('freehold');

let freehold = null;
let enough = new AbortController();

const uses = {
  async connect() {
    status.textContent = 'asking';
    freehold = await connectFreehold(frame);
    const { state, model } = await freehold.status();
    status.textContent = `${state}: ${model?.name ?? 'no model'}`;
  },

  async ask() {
    output.textContent = '';
    status.textContent = 'answering';
    enough = new AbortController();
    const chunks = await freehold.chat.completions.create(
      { messages: [{ role: 'user', content: 'Why is the sea salty?' }], stream: true },
      { signal: enough.signal },
    );
    for await (const { choices } of chunks) output.textContent += choices[0].delta.content ?? '';
    status.textContent = 'done';
  },

  stop() {
    enough.abort();
  },
};

for (const [id, use] of Object.entries(uses)) {
  document.querySelector(`#${id}`).addEventListener('click', async () => {
    try {
      await use();
    } catch (error) {
      status.textContent = error instanceof FreeholdError ? `${error.code}: ${error.message}` : String(error);
    }
  });
}

// For whoever tries it in the browser's console.
Object.assign(globalThis, { connectFreehold, frame, connected: () => freehold });
