/** Workers that a worker has started: Playwright shows none of them, the browser's own tools do, by their names. */
import type { Browser } from '@playwright/test';

/** What is known of the workers that have a name, for one browser. */
export interface NamedWorkers {
  /** How many of this name there are now. */
  count(name: string): number;
  /** What an expression gives in the worker of this name, as JSON. Rejects where there is none. */
  evaluate(name: string, expression: string): Promise<unknown>;
}

/** Watches a browser's workers from now on. */
export async function watchNamedWorkers(browser: Browser): Promise<NamedWorkers> {
  const devtools = await browser.newBrowserCDPSession();
  /** Names by target. */
  const names = new Map<string, string>();
  devtools.on('Target.targetInfoChanged', ({ targetInfo }) => names.set(targetInfo.targetId, targetInfo.title));
  devtools.on('Target.targetDestroyed', ({ targetId }) => names.delete(targetId));
  await devtools.send('Target.setDiscoverTargets', { discover: true, filter: [{ type: 'worker' }] });
  return {
    count: (name) => [...names.values()].filter((each) => each === name).length,
    evaluate: async (name, expression) => {
      const [targetId] = [...names].find(([, each]) => each === name) ?? [];
      if (targetId === undefined) throw new Error(`No worker is called ${name}`);
      const { sessionId } = await devtools.send('Target.attachToTarget', { targetId, flatten: false });
      const answer = new Promise<unknown>((resolve) => {
        devtools.on('Target.receivedMessageFromTarget', (event) => {
          const message = JSON.parse(event.message) as { id?: number; result: { result: { value: unknown } } };
          // The worker tells of other things as well.
          if (event.sessionId === sessionId && message.id === 1) resolve(message.result.result.value);
        });
      });
      const parameters = { expression, returnByValue: true };
      const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: parameters });
      await devtools.send('Target.sendMessageToTarget', { sessionId, message });
      return answer;
    },
  };
}
