/**
 * The service worker's gate, before everything else that it does: what the page or one of its workers asks of another site
 * passes only as a plain GET without cookies, and at the public model hub only for the paths that Freehold uses. So even a
 * script that should not be there can write nothing to the hub. The rest is refused as if there were no network.
 *
 * And the service worker itself, which no meta tag's policy binds, connects to its own site alone, whether or not a host sends
 * the header that says so.
 *
 * It is the third layer, behind the ledger and the page's policy: it holds from the second visit on, and not under a forced
 * reload. Which hosts a person allows is the ledger's concern. Redirects do not pass here.
 */
(() => {
  const HUB = 'https://huggingface.co';
  /** Search, a repository, its commit and files, and the files themselves. */
  const HUB_PATHS = [
    /^\/api\/models$/,
    /^\/api\/models\/[^/]+(?:\/[^/]+)?$/,
    /^\/api\/models\/[^/]+(?:\/[^/]+)?\/(?:revision|tree)\/.+$/,
    /^\/[^/]+(?:\/[^/]+)?\/resolve\/[^/]+\/.+$/,
  ];

  function passes({ method, url, mode, credentials, destination }) {
    const { origin, pathname } = new URL(url);
    if (origin === self.location.origin) return method === 'GET' || method === 'HEAD';
    if (method !== 'GET' || mode !== 'cors' || credentials !== 'omit' || destination !== '') return false;
    return origin !== HUB || HUB_PATHS.some((path) => path.test(pathname));
  }

  /** All else that opens connections from a service worker, and that nothing here needs. */
  for (const name of ['EventSource', 'FontFace', 'WebSocket', 'WebSocketStream', 'WebTransport'])
    Reflect.deleteProperty(self, name);
  delete self.Cache?.prototype.add;
  delete self.Cache?.prototype.addAll;
  delete self.ServiceWorkerRegistration?.prototype.backgroundFetch;
  const send = self.fetch;
  self.fetch = async (input, init) => {
    const { origin } = new URL(input.url ?? input, self.location.href);
    if (origin !== self.location.origin) throw new TypeError(`The service worker asks nothing of ${origin}`);
    return send(input, init);
  };

  self.addEventListener('fetch', (event) => {
    if (passes(event.request)) return;
    event.stopImmediatePropagation();
    event.respondWith(Response.error());
  });
})();
