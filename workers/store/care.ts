/** What is done for models that are kept: remarks, checks, and deletions with a way back. It comes when it is first asked for. */
import type { AboutModel, CareApi, CheckOutcome, CheckProgress, Remarks } from '../protocol/care.ts';
import { allAbout, note } from './about.ts';
import { checkStored } from './check.ts';
import { allManifests } from './manifest.ts';
import { OfferedDeletions } from './offered-deletions.ts';

export { carryOutLeft } from './offered-deletions.ts';

interface Running {
  readonly stop: AbortController;
  readonly ended: Promise<CheckOutcome>;
}

/** The store's side of `CareApi`. */
export class Care implements CareApi {
  readonly offered = new OfferedDeletions();
  readonly #checks = new Map<string, Running>();

  async abouts(): Promise<AboutModel[]> {
    const [manifests, known] = [await allManifests(), await allAbout()];
    return manifests.map(({ id, source, verifiedAt: arrivedAt = null }) => {
      const { notes = '', usedAt = null, verifiedAt = arrivedAt } = known.get(id) ?? {};
      return { id, notes, usedAt, verifiedAt, fromDisk: source === null };
    });
  }

  remark(id: string, remarks: Remarks): Promise<void> {
    return note(id, remarks);
  }

  async check(id: string, onProgress: (progress: CheckProgress) => void): Promise<CheckOutcome> {
    await this.stopCheck(id);
    const stop = new AbortController();
    const running = { stop, ended: checkStored(id, onProgress, stop.signal) };
    this.#checks.set(id, running);
    try {
      return await running.ended;
    } finally {
      if (this.#checks.get(id) === running) this.#checks.delete(id);
    }
  }

  async stopCheck(id: string): Promise<void> {
    const running = this.#checks.get(id);
    running?.stop.abort();
    await running?.ended.catch(() => undefined);
  }

  async hide(id: string): Promise<void> {
    await this.stopCheck(id);
    await this.offered.hide(id);
  }

  bringBack(id: string): Promise<void> {
    return this.offered.bringBack(id);
  }
}
