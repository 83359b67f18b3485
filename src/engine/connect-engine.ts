/** Starts the engine worker inside its sealed frame and gives its API as plain async methods. */
import { proxy, wrap } from 'comlink';
import type { EngineApi, GpuReport } from '../../workers/protocol/engine.ts';
import type { EngineError } from '../../workers/protocol/errors.ts';
import type { ModelCard } from '../../workers/protocol/model-card.ts';
import { linkFramedWorker } from './framed-worker.ts';
import type { Guard, WorkerLink } from './link.ts';

/** Starts the engine. Rejects with `WorkerFailed`; `onDied` hears of a later death. */
export function connectEngine(onDied: (error: EngineError) => void): Promise<WorkerLink<EngineApi>> {
  return linkFramedWorker('engine', 'The engine', engineApi, onDied);
}

function engineApi(port: MessagePort, guard: Guard): EngineApi {
  const remote = wrap<EngineApi>(port);
  return {
    probe: () => guard<GpuReport>(remote.probe()),
    measureBandwidth: () => guard(remote.measureBandwidth()),
    measuredProducts: () => guard(remote.measuredProducts()),
    load: (id, options, onProgress) => guard(remote.load(id, options, proxy(onProgress))),
    card: (id) => guard<ModelCard>(remote.card(id)),
    unload: () => guard(remote.unload()),
    generate: (request, onEvent) => guard(remote.generate(request, proxy(onEvent))),
    stop: () => guard(remote.stop()),
    countTokens: (conversation) => guard(remote.countTokens(conversation)),
    countText: (text) => guard(remote.countText(text)),
    tokenTexts: (conversation, tokens) => guard(remote.tokenTexts(conversation, tokens)),
    benchmark: (onProgress) => guard(remote.benchmark(proxy(onProgress))),
    explainToken: (...asked) => guard(remote.explainToken(...asked)),
  };
}
