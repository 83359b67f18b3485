/** The engine worker: computes. It has no network; where its bytes come from is the store. */
import { expose } from 'comlink';
import { EngineService } from './engines/service.ts';

// What holds answers to a form comes with the first one, what runs ONNX exports with the first of these.
expose(
  new EngineService(
    async (tokens) => (await import('./grammar/start.ts')).openGrammar(tokens),
    async (...asked) =>
      (await import('./engines/transformers/transformers-engine.ts')).TransformersEngine.load(...asked),
  ),
);
