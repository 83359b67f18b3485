/** pdf.js's worker and files as the site serves them. */
import { connectPdf } from '../../engine/connect-pdf.ts';
import { notHere } from './not-here.ts';
import type { PdfReader } from './pdf-reader.ts';

/** The URL of each predefined CMap that PDF knows (ISO 32000-1, 9.7.5.2), by its path. */
const URLS = import.meta.glob<string>('../../../node_modules/pdfjs-dist/cmaps/*.bcmap', {
  query: '?url',
  import: 'default',
  eager: true,
});

/** Starts the worker behind the seal, and fetches nothing but what was built with the page. */
export const siteReader: PdfReader = {
  async start() {
    let die: (error: Error) => void;
    const death = new Promise<never>((_, reject) => (die = reject));
    // It may die when nobody listens any more.
    death.catch(() => undefined);
    const link = await connectPdf((error) => {
      die(error);
    }).catch(() => {
      throw notHere();
    });
    return { port: link.api, death, end: link.end };
  },
  async characterMap(fileName) {
    const url = URLS[`../../../node_modules/pdfjs-dist/cmaps/${fileName}`];
    if (url === undefined) throw new Error(`there is no character map ${fileName}`);
    const response = await fetch(new URL(url, location.href)).catch(() => null);
    if (response?.ok !== true) throw notHere();
    return new Uint8Array(await response.arrayBuffer());
  },
};
