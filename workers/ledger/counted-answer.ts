/** An answer whose body is counted as it is read. Nothing is held back, read ahead or kept. */
import type { LedgerEntry } from './ledger-entry.ts';

/**
 * The same answer, counted into `entry`. `signal` ends it; it is then over, whatever was still to come. `onOver` hears of its
 * end, however it comes about.
 */
export function countedAnswer(answer: Response, entry: LedgerEntry, signal: AbortSignal, onOver: () => void): Response {
  const { status, statusText, headers, url } = answer;
  entry.answered(status, url);
  const end = (outcome: 'complete' | 'stopped' | 'failed'): void => {
    entry.end(outcome);
    onOver();
  };
  if (answer.body === null) {
    end('complete');
    return answer;
  }
  const announced = headers.get('content-length');
  // Who has all that was announced lets go without asking for the end.
  const isWhole = (): boolean => announced !== null && entry.receivedBytes >= Number(announced);
  const letGo = (): void => {
    end(isWhole() ? 'complete' : 'stopped');
  };
  signal.addEventListener('abort', letGo, { once: true });
  if (signal.aborted) letGo();
  const reader = answer.body.getReader();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            end('complete');
            controller.close();
            return;
          }
          entry.received(value.byteLength);
          controller.enqueue(value);
        } catch (error) {
          end(signal.aborted ? 'stopped' : 'failed');
          throw signal.aborted ? (signal.reason as Error) : error;
        }
      },
      async cancel(reason) {
        letGo();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  const counted = new Response(body, { status, statusText, headers });
  // A constructed response has no address, and who reads it may ask for it.
  return Object.defineProperty(counted, 'url', { value: url });
}
