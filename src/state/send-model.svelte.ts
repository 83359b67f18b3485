/** A stored model on its way to another device, as the person at this one sees it. */
import type { LibraryEntry } from '../../workers/protocol/model.ts';
import { LentChunks } from '../handover/chunk-port.ts';
import { offerConnection, type OfferingPeer } from '../handover/peer.ts';
import { sendModel } from '../handover/send-model.ts';
import type { Wire } from '../handover/wire.ts';
import { passAirGap } from './hand-over-gate.ts';
import { HandOverPace } from './hand-over-pace.svelte.ts';
import { isAboutCode } from './hand-over-words.ts';
import type { LibraryState } from './library.svelte.ts';

/** What the person sees: `code` waits for the other device's code, `asking` for the person there. */
export type SendPhase =
  'preparing' | 'code' | 'connecting' | 'asking' | 'sending' | 'done' | 'declined' | 'stopped' | 'failed';

/** Sends one model. Nothing rejects: what goes wrong is `problem`. */
export class SendModelState {
  phase = $state<SendPhase>('preparing');
  /** For the other device. */
  code = $state('');
  /** What is wrong with the code that was given, or what ended it. */
  problem = $state.raw<unknown>(null);
  pace = $state.raw<HandOverPace | null>(null);

  readonly #library: Pick<LibraryState, 'lend'>;
  readonly #entry: LibraryEntry;
  #peer: OfferingPeer | null = null;
  #wire: Wire | null = null;
  #lent: LentChunks | null = null;
  #leaveGate: () => void = () => undefined;

  constructor(library: Pick<LibraryState, 'lend'>, entry: LibraryEntry) {
    this.#library = library;
    this.#entry = entry;
  }

  /** Whether closing it would end something. */
  get running(): boolean {
    return this.phase === 'connecting' || this.phase === 'asking' || this.phase === 'sending';
  }

  /** Makes the code; after a failure, anew. */
  async start(): Promise<void> {
    this.problem = null;
    this.phase = 'preparing';
    try {
      this.#leaveGate = await passAirGap((error) => void this.#give('failed', error));
      const peer = await offerConnection();
      // It was ended meanwhile.
      if (!this.#isAt('preparing')) {
        peer.close();
        return;
      }
      this.#peer = peer;
      this.code = peer.code;
      this.#enter('code', 'preparing');
    } catch (error) {
      await this.#give('failed', error);
    }
  }

  /** Connects by the other device's code, and sends what is wanted there. */
  async connect(answer: string): Promise<void> {
    if (this.phase !== 'code' || this.#peer === null) return;
    this.problem = null;
    this.phase = 'connecting';
    try {
      const wire = (this.#wire = await this.#peer.connect(answer));
      const { port1, port2 } = new MessageChannel();
      const offer = await this.#library.lend(this.#entry.id, port2);
      const lent = (this.#lent = new LentChunks(port1));
      // It was ended meanwhile.
      if (!this.running) {
        lent.end('stopped');
        return;
      }
      this.phase = 'asking';
      const outcome = await sendModel(wire, {
        offer,
        read: (index) => lent.read(index),
        onAccepted: () => {
          const pace = (this.pace = new HandOverPace(offer.byteLength));
          wire.onPiece = (bytes) => {
            pace.moved(bytes);
          };
          this.#enter('sending', 'asking');
        },
      });
      await this.#give(outcome === 'done' ? 'done' : 'declined');
    } catch (error) {
      if (isAboutCode(error)) {
        this.problem = error;
        this.#enter('code', 'connecting');
      } else await this.#give('failed', error);
    }
  }

  /** Ends it; what has arrived there stays there. */
  async stop(): Promise<void> {
    await this.#give('stopped');
  }

  /** Ends it with this phase, if it has not ended. */
  async #give(phase: 'done' | 'declined' | 'stopped' | 'failed', problem: unknown = null): Promise<void> {
    if (['done', 'declined', 'stopped', 'failed'].includes(this.phase)) return;
    this.phase = phase;
    this.problem = problem;
    const [peer, wire, lent] = [this.#peer, this.#wire, this.#lent];
    this.#peer = this.#wire = this.#lent = null;
    this.#leaveGate();
    lent?.end(phase === 'done' ? 'complete' : phase === 'failed' ? 'failed' : 'stopped');
    if (phase === 'stopped') await wire?.farewell({ kind: 'stop' });
    if (phase === 'failed')
      await wire?.farewell({ kind: 'failed', why: problem instanceof Error ? problem.message : String(problem) });
    peer?.close();
  }

  /** The phase can change while something is waited for, which the compiler does not know. */
  #isAt(phase: SendPhase): boolean {
    return this.phase === phase;
  }

  /** Goes from one phase to the next, unless it has ended meanwhile. */
  #enter(phase: SendPhase, from: SendPhase): void {
    if (this.phase === from) this.phase = phase;
  }
}
