/** A model on its way from another device into the library, as the person at this one sees it. */
import type { OfferedModel } from '../../workers/protocol/hand-over.ts';
import type { LibraryEntry } from '../../workers/protocol/model.ts';
import { giveChunks } from '../handover/chunk-port.ts';
import { HandOverFault } from '../handover/fault.ts';
import { answerConnection, type AnsweringPeer } from '../handover/peer.ts';
import { awaitOffer, ChunksFromDevice } from '../handover/receive-model.ts';
import type { Wire } from '../handover/wire.ts';
import { passAirGap } from './hand-over-gate.ts';
import { HandOverPace } from './hand-over-pace.svelte.ts';
import { isAboutCode } from './hand-over-words.ts';
import type { LibraryState } from './library.svelte.ts';
import { keptBytes } from './transfers.svelte.ts';

/**
 * What the person sees: `paste` waits for the other device's code, `answer` for the person there, `offered` for the one
 * here; `here` is a model that was here already.
 */
export type ReceivePhase =
  'paste' | 'preparing' | 'answer' | 'offered' | 'receiving' | 'done' | 'here' | 'declined' | 'stopped' | 'failed';

const ENDS: readonly ReceivePhase[] = ['done', 'here', 'declined', 'stopped', 'failed'];

/** A model that is offered, and what it would take. */
export interface Offered {
  readonly model: OfferedModel;
  /** Kept here of an earlier try. */
  readonly keptBytes: number;
  /** What is missing of the room for the rest; 0 where it fits or the browser does not say. */
  readonly shortBytes: number;
}

/** Receives one model. Nothing rejects: what goes wrong is `problem`. */
export class ReceiveModelState {
  phase = $state<ReceivePhase>('paste');
  /** For the other device. */
  code = $state('');
  offered = $state.raw<Offered | null>(null);
  /** What is wrong with the code that was given, or what ended it. */
  problem = $state.raw<unknown>(null);
  pace = $state.raw<HandOverPace | null>(null);
  /** The model once it is here. */
  entry = $state.raw<LibraryEntry | null>(null);

  readonly #library: LibraryState;
  #peer: AnsweringPeer | null = null;
  #wire: Wire | null = null;
  #giving: ReturnType<typeof giveChunks> | null = null;
  #leaveGate: () => void = () => undefined;

  constructor(library: LibraryState) {
    this.#library = library;
  }

  /** Whether closing it would end something. */
  get running(): boolean {
    return this.phase === 'offered' || this.phase === 'receiving';
  }

  /** Takes the other device's code, makes the one for there, and waits until it is connected and has made its offer. */
  async answer(offer: string): Promise<void> {
    if (this.phase !== 'paste') return;
    this.problem = null;
    this.phase = 'preparing';
    try {
      this.#leaveGate = await passAirGap((error) => void this.#give('failed', error));
      const peer = await answerConnection(offer);
      // It was ended meanwhile.
      if (!this.#isAt('preparing')) {
        peer.close();
        return;
      }
      this.#peer = peer;
      this.code = peer.code;
      this.phase = 'answer';
      const wire = (this.#wire = await peer.connected);
      const model = await awaitOffer(wire);
      const here = this.#library.entries.find(({ sha256 }) => sha256 === model.sha256);
      if (here !== undefined) {
        this.entry = here;
        await this.#give('here');
        return;
      }
      this.offered = await this.#weigh(model);
      wire.onEnd = (fault) => void this.#give('failed', fault);
      this.#enter('offered', 'answer');
    } catch (error) {
      if (isAboutCode(error)) {
        this.#leaveGate();
        this.problem = error;
        this.#enter('paste', 'preparing');
      } else await this.#give('failed', error);
    }
  }

  /** Takes the model that is offered. */
  async accept(): Promise<void> {
    const [wire, offered] = [this.#wire, this.offered];
    if (this.phase !== 'offered' || wire === null || offered === null) return;
    this.phase = 'receiving';
    const { model, keptBytes } = offered;
    const { name, sha256, byteLength } = model;
    const pace = (this.pace = new HandOverPace(byteLength, keptBytes));
    wire.onPiece = (bytes) => {
      pace.moved(bytes);
    };
    const { port1, port2 } = new MessageChannel();
    const chunks = new ChunksFromDevice(wire);
    this.#giving = giveChunks(port1, (index) => chunks.chunk(index));
    try {
      const source = { kind: 'device', name, sha256, connection: { offer: model, port: port2 } } as const;
      // To go on with it is done here, by another code, and not where interrupted downloads are.
      const entry = await this.#library.add({ source, summary: { name, fileBytes: byteLength }, again: null });
      this.entry = entry;
      await this.#give(entry === null ? 'stopped' : 'done');
    } catch (error) {
      await this.#give('failed', error);
    }
  }

  /** Says no to the model that is offered. */
  async decline(): Promise<void> {
    await this.#give('declined');
  }

  /** Ends it; what has arrived stays. */
  async stop(): Promise<void> {
    await this.#give('stopped');
  }

  /** Begins anew, after an end. */
  again(): void {
    if (!ENDS.includes(this.phase)) return;
    this.phase = 'paste';
    this.problem = this.offered = this.pace = this.entry = null;
  }

  async #weigh(model: OfferedModel): Promise<Offered> {
    await Promise.all([this.#library.refresh(), this.#library.refreshStorage()]);
    const kept = keptBytes(this.#library.entries, { name: model.name, fileBytes: model.byteLength });
    const { quotaBytes, usedBytes, neededBytes } = this.#library.storage;
    const freeBytes = quotaBytes === null ? Infinity : quotaBytes - (usedBytes ?? 0) - neededBytes;
    return { model, keptBytes: kept, shortBytes: Math.max(0, model.byteLength - kept - freeBytes) };
  }

  /** Ends it with this phase, if it has not ended. */
  async #give(phase: 'done' | 'here' | 'declined' | 'stopped' | 'failed', problem: unknown = null): Promise<void> {
    if (ENDS.includes(this.phase)) return;
    this.phase = phase;
    this.problem = problem;
    const [peer, wire, giving] = [this.#peer, this.#wire, this.#giving];
    this.#peer = this.#wire = this.#giving = null;
    this.#leaveGate();
    if (phase !== 'done') giving?.fail(problem instanceof Error ? problem : new HandOverFault('lost'));
    giving?.end(phase === 'done' ? 'complete' : phase === 'failed' ? 'failed' : 'stopped');
    if (phase === 'done' || phase === 'here') await wire?.farewell({ kind: 'done' });
    else if (phase === 'declined') await wire?.farewell({ kind: 'no' });
    else if (phase === 'stopped') await wire?.farewell({ kind: 'stop' });
    else await wire?.farewell({ kind: 'failed', why: problem instanceof Error ? problem.message : String(problem) });
    peer?.close();
  }

  /** The phase can change while something is waited for, which the compiler does not know. */
  #isAt(phase: ReceivePhase): boolean {
    return this.phase === phase;
  }

  /** Goes from one phase to the next, unless it has ended meanwhile. */
  #enter(phase: ReceivePhase, from: ReceivePhase): void {
    if (this.phase === from) this.phase = phase;
  }
}
