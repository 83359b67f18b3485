/** What tests of malformed files ask of a reader. */
import { errorCode } from '../../workers/protocol/errors.ts';
import type { ErrorCode } from '../../workers/protocol/errors.ts';

/** The code and the message of what `run` throws; a code of `null` where it throws nothing, or nothing of ours. */
export async function outcome(run: () => unknown): Promise<readonly [ErrorCode | null, string]> {
  try {
    await run();
    return [null, 'nothing was refused'];
  } catch (error) {
    return [errorCode(error), (error as Error).message];
  }
}
