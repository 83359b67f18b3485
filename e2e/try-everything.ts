/** Turns to an eavesdropper in every way that a browser has. It runs in the page, a frame, a worker or the service worker. */

/**
 * Tries every way from where it runs, each under a name of its own: `way.place.room`, where `place` is what kind of address
 * the eavesdropper has. Resolves once all were begun; what they came to, only the eavesdropper knows.
 *
 * It stands by itself, with nothing from around it: Playwright sends its text to where it runs.
 */
export async function tryEverything([room, port]: readonly [string, number]): Promise<void> {
  const name = (way: string, place: string) => `${way}.${place}.${room}.eavesdropper.test`;
  const places: Record<string, (way: string) => string> = {
    loopback: (way) => `http://127.0.0.1:${port}/${name(way, 'loopback')}`,
    http: (way) => `http://${name(way, 'http')}:${port}/`,
    https: (way) => `https://${name(way, 'https')}:${port}/`,
  };
  const plain = { mode: 'no-cors' } as const;
  const blob = (script: string) => URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  // What fails within one must not end the worker that made it.
  const within = (script: string, options: WorkerOptions = {}) => {
    new Worker(script, options).onerror = (event) => {
      event.preventDefault();
    };
  };
  const fetching = (url: string) => `fetch(${JSON.stringify(url)}, { mode: 'no-cors' })`;

  const ways: Record<string, (url: string) => unknown> = {
    fetch: (url) => fetch(url, plain),
    // As the library asks for models, which passes the service worker.
    asking: (url) => fetch(url, { credentials: 'omit' }),
    xhr: (url) => {
      const request = new XMLHttpRequest();
      request.open('GET', url);
      request.send();
    },
    socket: (url) => new WebSocket(url.replace('http', 'ws')),
    events: (url) => new EventSource(url),
    cache: async (url) => (await caches.open('tried')).add(new Request(url, plain)),
    import: (url) => import(url),
    font: (url) => new FontFace('tried', `url(${url})`).load(),
    // From a worker within: it is to be as sealed as what made it.
    worker: (url) => {
      within(blob(fetching(url)));
    },
    modules: (url) => {
      within(blob(`import ${JSON.stringify(url)}`), { type: 'module' });
    },
    scripted: (url) => {
      within(blob(`importScripts(${JSON.stringify(url)})`));
    },
    dataworker: (url) => {
      within(`data:text/javascript,${encodeURIComponent(fetching(url))}`);
    },
    shared: (url) => new SharedWorker(blob(fetching(url))),
    datacode: (url) => import(`data:text/javascript,${encodeURIComponent(fetching(url))}`),
    eval: (url) => new Function(fetching(url))() as unknown,
    transport: (url) => new (globalThis as unknown as { WebTransport: new (url: string) => unknown }).WebTransport(url),
  };

  if ('document' in globalThis) {
    const add = (tag: string, attributes: Record<string, string>) => {
      const element = document.createElement(tag);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      document.body.append(element);
      return element;
    };
    const link = (rel: string) => (url: string) => add('link', { rel, href: url, as: 'fetch', crossorigin: '' });
    Object.assign(ways, {
      beacon: (url: string) => navigator.sendBeacon(url),
      ping: (url: string) => add('a', { href: '#tried', ping: url }).click(),
      image: (url: string) => add('img', { src: url }),
      background: (url: string) => {
        add('p', {}).style.cssText = `position: fixed; width: 9px; height: 9px; background: url(${url})`;
      },
      sheet: (url: string) => add('link', { rel: 'stylesheet', href: url }),
      inline: (url: string) => {
        add('style', {}).textContent = `@import "${url}";`;
      },
      script: (url: string) => add('script', { src: url }),
      frame: (url: string) => add('iframe', { src: url }),
      form: (url: string) => {
        const target = `tried-${Math.random()}`;
        add('iframe', { name: target });
        (add('form', { action: url, method: 'post', target }) as HTMLFormElement).submit();
      },
      object: (url: string) => add('object', { data: url }),
      embed: (url: string) => add('embed', { src: url }),
      audio: (url: string) => add('audio', { src: url, preload: 'auto' }),
      preload: link('preload'),
      modulepreload: (url: string) => add('link', { rel: 'modulepreload', href: url }),
      prefetch: link('prefetch'),
      window: (url: string) => window.open(url, '_blank', 'noopener'),
    });
    const connection = new RTCPeerConnection({ iceServers: [{ urls: `stun:127.0.0.1:${port}` }] });
    connection.createDataChannel('tried');
    await connection.setLocalDescription(await connection.createOffer());
  }

  // Developer tools may evaluate text as code where a policy forbids it, and what they call may too, until it returns.
  await new Promise((resolve) => setTimeout(resolve));
  const tried = Object.entries(ways).flatMap(([way, go]) =>
    Object.values(places).map((place) => [place(way), go] as const),
  );
  for (const [url, go] of tried) {
    try {
      Promise.resolve(go(url)).catch(() => undefined);
    } catch {
      // Refused at once, or there is no such way here.
    }
  }
}
