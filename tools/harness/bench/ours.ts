/** The built site's engine: its sealed frame and worker, by its own protocol, on a model that is read where it lies. */
import { connectEngine } from '../../../src/engine/connect-engine.ts';
import { readGguf } from '../../../workers/format/gguf.ts';
import { summarize } from '../../../workers/format/summary.ts';
import type { EngineApi } from '../../../workers/protocol/engine.ts';
import { DEFAULT_SAMPLER } from '../../../workers/protocol/engine.ts';
import { openFile } from '../../../workers/source/file-source.ts';
import { offer, promptIds } from './bench-engine.ts';

const MESSAGES = [{ role: 'user', content: 'Hello' }] as const;

let api: EngineApi | null = null;
let vocabularySize = 0;

offer({
  async load(file, contextTokens) {
    if (file === null) throw new Error('no model was chosen');
    const model = await readGguf(openFile(file, file.name));
    const summary = { ...summarize(model, file.name), fileBytes: file.size };
    vocabularySize = summary.sizes!.vocabularySize;
    const died = (error: Error) => {
      console.error(error.message);
    };
    ({ api } = await connectEngine(died));
    const local = { source: { kind: 'file', file, fileName: file.name }, summary } as const;
    await api.load(local, { contextLength: contextTokens }, () => undefined);
  },

  async answer({ promptTokens, maxTokens, seed }, onText) {
    if (api === null) throw new Error('no model is loaded');
    // Behind the template's own tokens, which the warm-up leaves in the cache: they lengthen the context, and nothing else.
    const prefix = { tokens: promptIds(promptTokens, seed, vocabularySize) };
    const sampler = { ...DEFAULT_SAMPLER, temperature: 0, seed: 0 };
    const answer = await api.generate({ messages: MESSAGES, sampler, maxTokens, prefix, ignoreEnd: true }, (event) => {
      if (event.kind !== 'prefill') onText(event.tokens);
    });
    return { prefilledTokens: answer.prefilledTokens, tokens: answer.generatedTokens };
  },
});
