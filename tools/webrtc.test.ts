/**
 * A content security policy does not hold WebRTC back in every browser, so the code is held to it: connections to other
 * devices are made in one file, which knows nothing of chats (`tools/rooms.cjs` says what its folder may import).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** Files that say this in code that ships. */
function filesThatSay(words: RegExp): string[] {
  return ['src', 'workers', 'public'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .map((path) => join(folder, path))
      .filter((path) => /\.(ts|js|svelte)$/.test(path) && !/\.test\.ts$|paraglide/.test(path))
      .filter((path) => words.test(readFileSync(join(ROOT, path), 'utf8'))),
  );
}

it('makes connections to other devices in one file', () => {
  expect(filesThatSay(/new \w*RTCPeerConnection\b|webkitRTCPeerConnection/)).toEqual(['src/handover/peer.ts']);
  expect(filesThatSay(/WebTransport\(|WebSocket\(|EventSource\(|sendBeacon/)).toEqual([]);
});

it('names no server to them, not even to learn an address', () => {
  expect(readFileSync(join(ROOT, 'src/handover/peer.ts'), 'utf8')).toContain('iceServers: []');
  expect(filesThatSay(/['"`](stun|turn)s?:/)).toEqual([]);
});
