/** pdf.js in Node: its worker runs beside its caller, and its character maps come from the package's folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PdfReader } from '../../src/attachments/pdf/pdf-reader.ts';

const CMAPS = join(import.meta.dirname, '../../node_modules/pdfjs-dist/cmaps');

/** The reader, and the names of the maps that it was asked for. */
export function nodePdfReader(): PdfReader & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    start: () => Promise.resolve({ port: null, death: new Promise<never>(() => undefined), end: () => undefined }),
    async characterMap(fileName) {
      asked.push(fileName);
      return new Uint8Array(await readFile(join(CMAPS, fileName)));
    },
  };
}
