/** What the GPU computed, looked at: memory that ran out without a report shows as ids or logits that make no sense. */
import { EngineError } from '../protocol/errors.ts';

/** An id below the vocabulary's size, as it is. Throws `GpuWrongResult` for any other. */
export function checkedId(id: number, vocabularySize: number): number {
  if (id < vocabularySize) return id;
  throw new EngineError('GpuWrongResult', {
    what: 'The graphics processor computed no valid word: most likely its memory is full, and it did not say so',
    expected: `an id below ${vocabularySize}`,
    got: id,
    remedy:
      'What the answer has so far is kept. Close other programs that use the graphics processor, or load the model with a shorter context; if it happens again, update the browser or the driver, or choose another model.',
  });
}

/** Throws `GpuWrongResult` where logits (vocabulary) are no numbers, or all the same. `null` passes. */
export function checkLogits(logits: Float32Array | null): void {
  if (logits === null) return;
  let [lowest, highest] = [Infinity, -Infinity];
  let numbers = 0;
  for (const logit of logits) {
    if (Number.isFinite(logit)) numbers++;
    lowest = Math.min(lowest, logit);
    highest = Math.max(highest, logit);
  }
  if (numbers === logits.length && highest > lowest) return;
  throw new EngineError('GpuWrongResult', {
    what: 'This model makes no sense on this graphics processor: most likely its memory is full, and it did not say so',
    expected: `${logits.length} numbers that differ`,
    got: numbers === logits.length ? `${lowest} for each` : `${logits.length - numbers} that are none`,
    remedy:
      'Close other programs that use the graphics processor, choose a shorter context, or choose a smaller model.',
  });
}
