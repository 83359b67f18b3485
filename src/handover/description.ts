/**
 * What two browsers must know of each other to connect, without the rest of a session description (RFC 8829): who they are
 * and where in the local network. All else is the same in every offer of one data channel, and is written anew from it.
 */

/** An address of a device, and a UDP port. */
export interface Place {
  /** IPv4, IPv6, or a name under `.local` that stands for one (RFC 6762), by which browsers hide it from pages. */
  readonly address: string;
  readonly port: number;
}

/** One side of a connection. */
export interface Description {
  /** RFC 8839: user fragment and password of the connectivity checks. */
  readonly fragment: string;
  readonly password: string;
  /** SHA-256 of the certificate that this side proves itself by; 32 bytes. */
  readonly fingerprint: Uint8Array;
  readonly places: readonly Place[];
}

const FRAGMENT = /^a=ice-ufrag:(\S+)/m;
const PASSWORD = /^a=ice-pwd:(\S+)/m;
const FINGERPRINT = /^a=fingerprint:sha-256 ([0-9a-f:]{95})/im;

/** Browsers name few; what comes after is left out. */
const PLACES_MAX = 12;

/** The facts in a session description whose candidates are all gathered; `null` where one is missing. */
export function readDescription(sdp: string): Description | null {
  const fragment = FRAGMENT.exec(sdp)?.[1];
  const password = PASSWORD.exec(sdp)?.[1];
  const digits = FINGERPRINT.exec(sdp)?.[1];
  if (fragment === undefined || password === undefined || digits === undefined) return null;
  const fingerprint = Uint8Array.from(digits.split(':'), (pair) => parseInt(pair, 16));
  const places: Place[] = [];
  for (const [, address, port] of sdp.matchAll(/^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host/gim)) {
    if (places.length < PLACES_MAX) places.push({ address: address!.toLowerCase(), port: Number(port) });
  }
  return { fragment, password, fingerprint, places };
}

/** A session description of one data channel, without places: those are told one by one, see `candidateOf`. */
export function writeDescription({ fragment, password, fingerprint }: Description, type: 'offer' | 'answer'): string {
  const digits = Array.from(fingerprint, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');
  const lines = [
    'v=0',
    'o=- 1 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    'a=mid:0',
    `a=ice-ufrag:${fragment}`,
    `a=ice-pwd:${password}`,
    'a=ice-options:trickle',
    `a=fingerprint:sha-256 ${digits}`,
    // What browsers write: the side that answers begins.
    `a=setup:${type === 'offer' ? 'actpass' : 'active'}`,
    'a=sctp-port:5000',
    'a=max-message-size:262144',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** A place as `addIceCandidate` takes it. `index` tells the places of one side apart. */
export function candidateOf({ address, port }: Place, index: number): RTCIceCandidateInit {
  // RFC 8445 section 5.1.2.1: a host's own address (126), one before the other, of component 1.
  const priority = 126 * 2 ** 24 + (65535 - index) * 2 ** 8 + 255;
  return {
    candidate: `candidate:${index + 1} 1 udp ${priority} ${address} ${port} typ host`,
    sdpMid: '0',
    sdpMLineIndex: 0,
  };
}
