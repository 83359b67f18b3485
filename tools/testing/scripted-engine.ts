/** An engine for tests that says what it is told to, keeps what it was asked, and stops when it is stopped. */
import type { ApiEngine, ApiLoaded } from '../../workers/protocol/api.ts';
import type { GenerateEvent, GenerateResult } from '../../workers/protocol/engine.ts';
import { EngineError } from '../../workers/protocol/errors.ts';
import type { ToolRequest } from '../../workers/protocol/tools.ts';
import { modelSummary, result } from '../../src/state/testing/samples.ts';

/** What the model says to each request: text for each event, or an error. */
export type Script = readonly (readonly (string | GenerateEvent)[] | Error)[];

/** A loaded chat model with room for 64 tokens, each a UTF-16 unit; a message has 4 more. */
export const LOADED: ApiLoaded = { kind: 'chat', id: 'a', summary: modelSummary(), contextLength: 64 };

/** The engine, and what was asked of it. */
export function scriptedEngine(script: Script, changes: Partial<GenerateResult> = {}) {
  const asked: ToolRequest[] = [];
  let stops = 0;
  let stopped = false;
  const api: ApiEngine = {
    availability: () => Promise.resolve('available'),
    load: () => Promise.resolve(LOADED),
    async generate(request, onEvent) {
      const answer = script[asked.push(request) - 1];
      if (answer === undefined) throw new Error('nothing more is written down');
      if (answer instanceof Error) throw answer;
      stopped = false;
      onEvent({ kind: 'prefill', doneTokens: 8, totalTokens: 8, reusedTokens: 3 });
      let [text, thinking] = ['', ''];
      for (const said of answer) {
        // A turn of the event loop between two pieces, as between worker and page.
        await new Promise((resolve) => setTimeout(resolve));
        if (stopped) return result(text, { thinking, finishReason: 'stopped', ...changes });
        const event = typeof said === 'string' ? { kind: 'text' as const, text: said, tokens: 1 } : said;
        if (event.kind === 'text') text += event.text;
        if (event.kind === 'thinking') thinking += event.text;
        onEvent(event);
      }
      return result(text, { thinking, ...changes });
    },
    countTokens({ messages }) {
      const counts = messages.map(({ content }) => content?.length ?? 0);
      const template = 4 * messages.length;
      return Promise.resolve({
        total: counts.reduce((sum, count) => sum + count, template),
        messages: counts,
        template,
      });
    },
    stop() {
      stops++;
      stopped = true;
      return Promise.resolve();
    },
    embed(text) {
      if (text.length > 8) return Promise.reject(new EngineError('ContextFull', { what: 'The text is too long' }));
      return Promise.resolve({ values: Float32Array.of(text.length, -0.5), tokens: text.length });
    },
  };
  return { api, asked, stops: () => stops };
}
