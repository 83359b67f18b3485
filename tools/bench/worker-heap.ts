/** How much memory a page and its workers hold in JavaScript, by what the browser tells developers. */
import type { CDPSession } from '@playwright/test';

/** One that ended in between answers nothing. */
const ANSWER_MS = 5000;

/**
 * A function that asks for what the page's worker and the workers that it has started hold together: V8's heap, and the
 * array buffers and Wasm memory beside it; or has them do another thing.
 */
export async function watchWorkerHeap(devtools: CDPSession) {
  const answers = new Map<number, (bytes: number) => void>();
  /** The way to each worker: its own session within its parent's. */
  const workers = new Map<string, readonly string[]>();
  let asked = 0;
  const send = (way: readonly string[], method: string, parameters: object, onAnswer: (bytes: number) => void) => {
    const id = ++asked;
    answers.set(id, onAnswer);
    const [first, ...inner] = way;
    const message = inner.reduceRight(
      (message, sessionId) =>
        JSON.stringify({ id: ++asked, method: 'Target.sendMessageToTarget', params: { sessionId, message } }),
      JSON.stringify({ id, method, params: parameters }),
    );
    // A worker that has ended answers nothing.
    devtools.send('Target.sendMessageToTarget', { sessionId: first!, message }).catch(() => {
      onAnswer(0);
    });
  };
  const watch = { autoAttach: true, waitForDebuggerOnStart: false, flatten: false };
  const hear = (way: readonly string[], method: string | undefined, parameters: unknown): void => {
    if (method === 'Target.attachedToTarget') {
      const { sessionId, targetInfo } = parameters as { sessionId: string; targetInfo: { type: string } };
      if (targetInfo.type !== 'worker') return;
      workers.set(sessionId, [...way, sessionId]);
      send([...way, sessionId], 'Target.setAutoAttach', watch, () => undefined);
    } else if (method === 'Target.detachedFromTarget') workers.delete((parameters as { sessionId: string }).sessionId);
    else if (method === 'Target.receivedMessageFromTarget') {
      const { sessionId, message } = parameters as { sessionId: string; message: string };
      const inner = JSON.parse(message) as { id?: number; method?: string; params?: unknown; result?: HeapUsage };
      if (inner.id === undefined) hear([...way, sessionId], inner.method, inner.params);
      else if (inner.result !== undefined) answers.get(inner.id)?.(heldBytes(inner.result));
    }
  };
  for (const event of [
    'Target.attachedToTarget',
    'Target.detachedFromTarget',
    'Target.receivedMessageFromTarget',
  ] as const)
    devtools.on(event, (parameters) => {
      hear([], event, parameters);
    });
  await devtools.send('Target.setAutoAttach', watch);
  return async (method = 'Runtime.getHeapUsage'): Promise<number> => {
    const each = [...workers.values()].map(
      (way) =>
        new Promise<number>((resolve) => {
          send(way, method, {}, resolve);
          setTimeout(resolve, ANSWER_MS, 0);
        }),
    );
    return (await Promise.all(each)).reduce((sum, bytes) => sum + bytes, 0);
  };
}

/** What V8 says of one heap, in bytes. */
export interface HeapUsage {
  readonly usedSize?: number;
  readonly embedderHeapUsedSize?: number;
  readonly backingStorageSize?: number;
}

/** All that a heap holds: V8's own, and the array buffers and Wasm memory beside it. */
export function heldBytes({ usedSize = 0, embedderHeapUsedSize = 0, backingStorageSize = 0 }: HeapUsage): number {
  return usedSize + embedderHeapUsedSize + backingStorageSize;
}
