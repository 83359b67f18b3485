/**
 * A connection to another device's page, by two codes that a person carries: no server is asked, not even for addresses,
 * so it reaches only as far as the local network. It has one data channel and is encrypted between the two (DTLS), each
 * held to the fingerprint in the other's code.
 */
import { readAnswer, readOffer, writeAnswer, writeOffer } from './code.ts';
import { candidateOf, readDescription, writeDescription, type Description } from './description.ts';
import { HandOverFault } from './fault.ts';
import { CHUNK_BYTES_MAX } from './offered-model.ts';
import { Wire } from './wire.ts';

/** After this a connection in a local network is there, or will not come. */
const CONNECT_MS = 30_000;
/** Own addresses are found in milliseconds; a virtual network may never answer. */
const GATHER_MS = 5000;
/** How often the side that waits tries the addresses of the other anew. */
const TRY_AGAIN_MS = 4000;

/** This side of a connection. */
interface Peer {
  /** The code for the other device. */
  readonly code: string;
  /** Closes it, whatever it does. */
  close(): void;
}

/** The side that begins. */
export interface OfferingPeer extends Peer {
  /** Connects, once the other device's code is here. Rejects with a `HandOverFault`; after one about the code it can be called again. */
  connect(answer: string): Promise<Wire>;
}

/** The side that was given a code. */
export interface AnsweringPeer extends Peer {
  /** Resolves when the other side has connected, however long a person takes; rejects when it is closed. */
  readonly connected: Promise<Wire>;
}

/** Begins a connection. Rejects with a `HandOverFault`. */
export async function offerConnection(): Promise<OfferingPeer> {
  const { connection, wire, close } = begin();
  try {
    await connection.setLocalDescription(await connection.createOffer());
    const code = writeOffer(await gathered(connection));
    return {
      code,
      close,
      async connect(answer) {
        const description = readAnswer(answer, code);
        await tellOf(connection, description, 'answer');
        await tellPlaces(connection, description);
        return within(wire, CONNECT_MS, new HandOverFault('not-connected'));
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Answers a connection that another device began, by its code. Rejects with a `HandOverFault`. */
export async function answerConnection(offer: string): Promise<AnsweringPeer> {
  const description = readOffer(offer);
  const { connection, wire, close } = begin();
  try {
    await tellOf(connection, description, 'offer');
    await connection.setLocalDescription(await connection.createAnswer());
    const code = writeAnswer(await gathered(connection), offer);
    const timer = setInterval(() => void tellPlaces(connection, description), TRY_AGAIN_MS);
    // Firefox gives up for good on addresses that do not answer, and those do not before a person has carried the code. It
    // waits for the other side; the others knock too, which opens firewalls that let in only what was asked for.
    if (navigator.userAgent.includes('Firefox/')) clearInterval(timer);
    const stop = (): void => {
      clearInterval(timer);
    };
    wire.then(stop, stop);
    return { code, close, connected: wire };
  } catch (error) {
    close();
    throw error;
  }
}

function begin(): { connection: RTCPeerConnection; wire: Promise<Wire>; close: () => void } {
  // Some browsers can be told to have none.
  if (!('RTCPeerConnection' in globalThis)) throw new HandOverFault('no-webrtc');
  const connection = new RTCPeerConnection({ iceServers: [] });
  const channel = connection.createDataChannel('model', { negotiated: true, id: 0, ordered: true });
  let end = (): void => undefined;
  const wire = new Promise<Wire>((resolve, reject) => {
    let open: Wire | null = null;
    channel.addEventListener('open', () => {
      open = new Wire(channel, CHUNK_BYTES_MAX);
      resolve(open);
    });
    end = () => {
      open?.end(new HandOverFault('lost'));
      reject(new HandOverFault('lost'));
    };
    connection.addEventListener('connectionstatechange', () => {
      // Before the channel is open, tries may fail until the other side is ready.
      if (open !== null && connection.connectionState === 'failed') end();
    });
  });
  // Whoever closes it before it is open has nobody who waits.
  wire.catch(() => undefined);
  const close = (): void => {
    end();
    connection.close();
  };
  return { connection, wire, close };
}

/** The local description with all places of this device. */
async function gathered(connection: RTCPeerConnection): Promise<Description> {
  if (connection.iceGatheringState !== 'complete') {
    const done = new Promise<void>((resolve) => {
      connection.addEventListener('icegatheringstatechange', () => {
        if (connection.iceGatheringState === 'complete') resolve();
      });
      setTimeout(resolve, GATHER_MS);
    });
    await done;
  }
  const description = readDescription(connection.localDescription?.sdp ?? '');
  if (description === null) throw new HandOverFault('no-webrtc');
  if (description.places.length === 0) throw new HandOverFault('no-address');
  return description;
}

async function tellOf(connection: RTCPeerConnection, description: Description, type: 'offer' | 'answer') {
  try {
    await connection.setRemoteDescription({ type, sdp: writeDescription(description, type) });
  } catch {
    // The code is whole, and still the browser does not take what it says.
    throw new HandOverFault('code-foreign');
  }
}

/** Names the other side's places to the browser, which tries them. One that it does not take is left out. */
async function tellPlaces(connection: RTCPeerConnection, { places }: Description): Promise<void> {
  for (const [index, place] of places.entries()) {
    await connection.addIceCandidate(candidateOf(place, index)).catch(() => undefined);
  }
}

async function within<T>(promise: Promise<T>, timeoutMs: number, late: Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(late);
    }, timeoutMs);
  });
  return Promise.race([promise, timeout]).finally(() => {
    clearTimeout(timer);
  });
}
