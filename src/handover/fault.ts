/** What can go wrong between two devices. Which words a person reads for it is said elsewhere. */

/** Kinds of faults. */
export const FAULTS = [
  /** Of a code: nothing there, not one of ours, cut or mistyped, from a newer page, the other one of the two, or to another offer. */
  'code-empty',
  'code-foreign',
  'code-damaged',
  'code-newer',
  'code-is-offer',
  'code-is-answer',
  'code-other-offer',
  /** The browser has no WebRTC, or found no address of this device. */
  'no-webrtc',
  'no-address',
  'not-connected',
  'lost',
  /** The other side ended it, or could not go on. */
  'stopped-there',
  'failed-there',
  /** It sent what no Freehold of this version sends. */
  'not-understood',
] as const;

/** A kind from the list. */
export type FaultKind = (typeof FAULTS)[number];

/** A fault between two devices. `detail` is what the other side says of it, which may be anything. */
export class HandOverFault extends Error {
  readonly kind: FaultKind;
  readonly detail: string;

  constructor(kind: FaultKind, detail = '') {
    super(`${kind} ${detail}`.trim());
    this.name = 'HandOverFault';
    this.kind = kind;
    this.detail = detail;
  }
}
