/**
 * A computer on the network that must hear nothing: it writes down whoever turns to it, in whatever way. TCP connections are
 * known by a name in their first bytes: in the path, in the `Host` header, or in TLS's server name, which is sent in the clear
 * (RFC 6066, section 3). STUN (RFC 8489, section 5) and QUIC come as datagrams, which name nobody.
 */
import { createSocket } from 'node:dgram';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** The end of every name that means the eavesdropper; browsers are told to find them all on this machine. */
const DOMAIN = 'eavesdropper.test';
/** For Chromium's command line. */
export const RESOLVE_HERE = `--host-resolver-rules=MAP *.${DOMAIN} 127.0.0.1`;

const NAME = /([a-z-]+\.[a-z]+\.[a-z-]+)\.eavesdropper\.test/g;
const STUN_COOKIE = 0x2112a442;

/** Open ears. */
export interface Eavesdropper {
  readonly port: number;
  /** What was heard since it was last asked: names before the domain, and `stun` and `quic`. Sorted, each once. */
  heard(): string[];
  /** Forgets what was heard. */
  forget(): void;
  close(): Promise<void>;
}

/** Listens on one port of this machine, to TCP and to UDP. Anyone who speaks HTTP gets an empty script. */
export async function startEavesdropper(): Promise<Eavesdropper> {
  const names = new Set<string>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    let said = '';
    socket.on('data', (bytes) => {
      said += bytes.toString('latin1');
      const found = [...said.matchAll(NAME)].map(([, name]) => name!);
      for (const name of found) names.add(name);
      if (found.length === 0 && said.length < 16_384) return;
      // A handshake of TLS begins with 22; whoever sends one is heard, and gets no further.
      if (said.charCodeAt(0) === 22) socket.destroy();
      else if (said.includes('\r\n\r\n')) {
        const headers = ['Content-Type: text/javascript', 'Access-Control-Allow-Origin: *', 'Connection: close'];
        socket.end(`HTTP/1.1 200 OK\r\n${headers.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const datagrams = createSocket('udp4', (message) => {
    names.add(message.length >= 20 && message.readUInt32BE(4) === STUN_COOKIE ? 'stun' : 'quic');
  });
  await new Promise<void>((resolve) => datagrams.bind(port, '127.0.0.1', resolve));
  return {
    port,
    heard: () => [...names].sort(),
    forget: () => {
      names.clear();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => server.close(() => resolve())),
        new Promise<void>((resolve) => datagrams.close(() => resolve())),
      ]);
    },
  };
}
