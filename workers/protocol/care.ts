/** What page and library worker say to each other about models that are kept: remarks, checks, and deletions with a way back. */

/** What is known of a kept model beside its bytes and its file's own words. Times are milliseconds since the epoch. */
export interface AboutModel {
  readonly id: string;
  /** A person's own notes; `''` for none. */
  readonly notes: string;
  /** When the engine loaded it last; `null` if it has not since this is written down. */
  readonly usedAt: number | null;
  /** When all of it was last found to be what it was; `null` for one that arrived before this was written down. */
  readonly verifiedAt: number | null;
  /** Whether its bytes came from a file of the person's, which a page cannot open again by itself. */
  readonly fromDisk: boolean;
}

/** What is to be written down of a model; what is missing stays. An `ownName` of `''` gives it back its file's name. */
export interface Remarks {
  readonly ownName?: string;
  readonly notes?: string;
  readonly usedAt?: number;
}

/** How far a check is. */
export interface CheckProgress {
  readonly checkedBytes: number;
  readonly totalBytes: number;
}

/** What came of a check. */
export type CheckOutcome =
  | { readonly kind: 'intact' }
  /** So many of `chunks` pieces are gone or altered. */
  | { readonly kind: 'damaged'; readonly damaged: number; readonly damagedBytes: number; readonly chunks: number }
  | { readonly kind: 'stopped' };

/** What the library worker does for kept models. Every method may reject with an EngineError. */
export interface CareApi {
  /** What is known of each kept model, in no order. */
  abouts(): Promise<AboutModel[]>;
  /** Writes remarks down; does nothing for a model that is gone. */
  remark(id: string, remarks: Remarks): Promise<void>;
  /**
   * Reads every chunk of a complete model and compares it with its SHA-256; nothing is fetched or changed. The engine may
   * read the model meanwhile; what would write it ends a check of this worker, and is refused by one of another tab. Rejects with `NotFound`, or with `FileBusy` while it is written.
   * `onProgress` is a comlink proxy.
   */
  check(id: string, onProgress: (progress: CheckProgress) => void): Promise<CheckOutcome>;
  /** Ends a check, if one runs; resolves once the model is free again. */
  stopCheck(id: string): Promise<void>;
  /**
   * Hides a model from everyone as if it were deleted, and holds it until `remove` frees its bytes or `bringBack` shows it
   * again. Where this worker ends before, the next one's first `list` deletes it. Rejects with `NotFound`, with `FileBusy`
   * while it is in use, and with `StorageFull` where the disk has no room even for the mark.
   */
  hide(id: string): Promise<void>;
  /** Brings back what `hide` hid; rejects with `NotFound` where it is deleted already. */
  bringBack(id: string): Promise<void>;
}
