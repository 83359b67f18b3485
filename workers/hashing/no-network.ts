/**
 * Imported before all else, it takes from a worker every way to ask for anything, for workers that need none and stand under
 * a policy that allows some. What a module imports still comes, from the site alone.
 */

const WAYS = [
  ...['fetch', 'fetchLater', 'XMLHttpRequest', 'EventSource', 'WebSocket', 'WebSocketStream', 'WebTransport'],
  ...['importScripts', 'Worker', 'SharedWorker', 'FontFace', 'caches', 'BroadcastChannel'],
];

for (let scope: object | null = globalThis; scope !== null; scope = Object.getPrototypeOf(scope) as object | null)
  for (const way of WAYS) Reflect.deleteProperty(scope, way);
