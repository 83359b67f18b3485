/** Sends a file's bytes as the hub's file server does, or spoils them as a fault says. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import { parseRange } from './http-server.ts';
import { digestOf } from './served-bytes.ts';
import type { ServedBytes } from './served-bytes.ts';

const PIECE_BYTES = 64 * 1024;

/** How an answer goes. `sent.bytes` grows by what is sent. */
export interface Sending {
  readonly fault: Fault | null;
  readonly sent: { bytes: number };
  /** Asked before each piece; `undefined`: as fast as it goes. */
  readonly bytesPerSecond?: () => number | undefined;
}

/** Answers a request for `bytes`, whole or a range. */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: ServedBytes,
  { fault, sent, bytesPerSecond }: Sending,
): Promise<void> {
  const total = bytes.byteLength;
  if (fault?.kind === 'status') return void response.writeHead(fault.status, { ...fault.headers }).end();
  if (fault?.kind === 'html') {
    const type = fault.type ?? 'text/html; charset=utf-8';
    return void response.writeHead(200, { 'Content-Type': type }).end('<!doctype html><h1>Welcome, guest</h1>');
  }
  const range = fault?.kind === 'ignore-range' ? null : parseRange(request.headers.range, total);
  if (range === 'outside') return void response.writeHead(416, { 'Content-Range': `bytes */${total}` }).end();

  const end = (range?.end ?? total) - (fault?.kind === 'hidden-range' ? fault.missingBytes : 0);
  const start = (range?.start ?? 0) + (fault?.kind === 'wrong-start' ? fault.lateBytes : 0);
  const saidTotal = fault?.kind === 'wrong-total' ? fault.byteLength : total;
  const etag = digestOf('md5', bytes);
  response.writeHead(range ? 206 : 200, {
    'Content-Type': 'application/octet-stream',
    'Accept-Ranges': 'bytes',
    ETag: fault?.kind === 'etag' ? fault.etag : `"${etag}"`,
    ...(range && fault?.kind !== 'hidden-range' && { 'Content-Range': `bytes ${start}-${end - 1}/${saidTotal}` }),
    // A clean early end is only possible where no length was promised.
    ...(fault?.kind !== 'short' && { 'Content-Length': end - start }),
  });

  const stopsEarly = fault?.kind === 'short' || fault?.kind === 'cut' || fault?.kind === 'stall';
  const last = stopsEarly ? Math.min(end, start + fault.afterBytes) : end;
  for (let offset = start; offset < last && !response.destroyed; offset += PIECE_BYTES) {
    const piece = Uint8Array.from(bytes.subarray(offset, Math.min(offset + PIECE_BYTES, last)));
    const pace = bytesPerSecond?.();
    if (pace !== undefined) await sleep((piece.byteLength / pace) * 1000);
    const flipAt = fault?.kind === 'flip-bit' ? fault.byteOffset - offset : -1;
    if (flipAt >= 0 && flipAt < piece.byteLength) piece[flipAt]! ^= 1;
    await new Promise<void>((resolve) => {
      response.once('close', resolve);
      response.write(piece, () => {
        response.off('close', resolve);
        resolve();
      });
    });
    sent.bytes += piece.byteLength;
  }
  if (fault?.kind === 'stall') return;
  if (fault?.kind === 'cut') return void response.destroy();
  response.end();
}
