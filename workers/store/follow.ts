/**
 * One tab brings a model in, and every other that wants it follows: it hears of the progress over a BroadcastChannel,
 * ends as the writer ends, pauses the writer when it is paused, and takes over if the writer's tab dies.
 */
import type { TransferProgress } from '../protocol/model.ts';
import { tryExclusiveLock, writerDone } from './file-lock.ts';

/** The writer's last word comes before its lock is free, but by another way. */
const LAST_WORD_MS = 200;

/** What tabs say to one another about one model. */
type Word<T> =
  | { readonly kind: 'progress'; readonly progress: TransferProgress }
  /** From a follower whose person wants to pause. */
  | { readonly kind: 'pause' }
  | { readonly kind: 'added'; readonly result: T }
  | { readonly kind: 'paused' }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string };

/** A transfer that several tabs may want. */
export interface SharedTransfer<T> {
  /** The whole model, if it is in the store by now. */
  readonly find: () => Promise<T | null>;
  /** Brings the model in, if this is the tab that does; under the model's lock. */
  readonly write: (tell: (progress: TransferProgress) => void) => Promise<T>;
  readonly onProgress: (progress: TransferProgress) => void;
  /** Aborted when the transfer is to pause, here or in the tab that writes. */
  readonly pausing: AbortController;
}

/**
 * Writes a model or follows the tab that does. Rejects with what `write` rejects with, here or there (then as a plain
 * error with the same name and message), or with the signal's reason when it pauses.
 */
export async function writeOrFollow<T>(id: string, transfer: SharedTransfer<T>): Promise<T> {
  const { find, write, onProgress, pausing } = transfer;
  const { signal } = pausing;
  const channel = new BroadcastChannel(`freehold-transfer-${id}`);
  const say = (word: Word<T>) => {
    channel.postMessage(word);
  };
  let writing = false;
  let lastWord: Word<T> | null = null;
  channel.onmessage = ({ data: word }: MessageEvent<Word<T>>) => {
    if (word.kind === 'pause') {
      if (writing) pausing.abort();
    } else if (word.kind === 'progress') {
      if (!writing) onProgress(word.progress);
    } else lastWord = word;
  };
  const passOnPause = () => {
    if (!writing && lastWord === null) say({ kind: 'pause' });
  };
  signal.addEventListener('abort', passOnPause);

  async function writeAndSay(): Promise<T> {
    writing = true;
    try {
      const result = await write((progress) => {
        onProgress(progress);
        say({ kind: 'progress', progress });
      });
      say({ kind: 'added', result });
      return result;
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      say(signal.aborted ? { kind: 'paused' } : { kind: 'failed', name, message });
      throw error;
    }
  }

  try {
    for (;;) {
      signal.throwIfAborted();
      const written = await tryExclusiveLock(id, writeAndSay);
      if (written !== null) return written.result;
      await writerDone(id, signal);
      const found = await find();
      if (found !== null) return found;
      if (lastWord === null) await new Promise((resolve) => setTimeout(resolve, LAST_WORD_MS));
      // Assigned by the listener, which the compiler cannot see.
      const word = lastWord as Word<T> | null;
      if (word?.kind === 'added') return word.result;
      if (word?.kind === 'paused') pausing.abort();
      if (word?.kind === 'failed') throw Object.assign(new Error(word.message), { name: word.name });
    }
  } finally {
    signal.removeEventListener('abort', passOnPause);
    channel.close();
  }
}
