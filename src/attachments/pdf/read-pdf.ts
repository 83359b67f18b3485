/**
 * A PDF file → its text, by pdf.js: paragraphs, and `[page 3]` where a page begins if there are several.
 *
 * Its worker has no network: it asks the page for the character maps of CJK fonts, and the page fetches only those that
 * come with the site. Nothing is rendered, so fonts and decoders of images are never needed. Refused are files with a
 * password, and files of pictures: there is no text recognition.
 */
import { getDocument, PDFWorker, type PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { EngineError } from '../../../workers/protocol/errors.ts';
import { cutText, damaged, LIMITS, unsupported, type Reading } from '../attachment.ts';
import { pageText, type TextPiece } from './page-text.ts';
import type { PdfReader } from './pdf-reader.ts';
import { listPages } from './page-list.ts';

/** How a PDF file is read. */
export interface ReadPdfOptions {
  readonly signal?: AbortSignal;
  readonly onPage?: (page: number, pages: number) => void;
  readonly limits?: PdfLimits;
}

/** What a PDF file may cost; see `LIMITS`. */
type PdfLimits = Readonly<Record<'characters' | 'pages' | 'pageMs', number>>;

/** Opening looks through the whole file where its directory is damaged, so it may take longer than a page. */
const OPEN_PAGE_TIMES = 3;
/** The format wants its end mark in the last bytes (ISO 32000-1, Annex H.3.4.4). */
const END_BYTES = 1024;

/** Reads a PDF file. The bytes are gone afterwards: they move to the worker. */
export async function readPdf(
  bytes: Uint8Array,
  reader: PdfReader,
  { signal, onPage, limits = LIMITS }: ReadPdfOptions = {},
): Promise<Reading> {
  const isWhole = new TextDecoder('latin1').decode(bytes.subarray(-END_BYTES)).includes('%%EOF');
  const link = await reader.start();
  let missingMap: unknown = null;
  const worker = new PDFWorker(link.port === null ? {} : { port: link.port as unknown as null });
  const task = getDocument({
    data: bytes,
    worker,
    verbosity: 0,
    isEvalSupported: false,
    useWorkerFetch: false,
    useWasm: false,
    useSystemFonts: true,
    disableFontFace: true,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    BinaryDataFactory: class {
      async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
        // Outlines of standard fonts are for drawing: their widths and characters are known without.
        if (kind !== 'cMapUrl') throw new Error(`${filename} is not needed for text`);
        return reader.characterMap(filename).catch((error: unknown) => {
          missingMap = error;
          throw error;
        });
      }
    },
  });
  const bounded = <T>(work: Promise<T>, ms: number) => withTimeLimit(Promise.race([work, link.death]), ms, signal);
  try {
    const opened = task.promise.catch((error: unknown) => {
      throw explained(error);
    });
    const document = await bounded(opened, limits.pageMs * OPEN_PAGE_TIMES);
    if (document === TIMED_OUT) throw unsupported('This PDF file takes too long to open');
    const reading = await readPages(document, { bounded, limits, ...(onPage && { onPage }) });
    if (missingMap !== null) throw missingMap as Error;
    const warnings = isWhole ? [] : ['The file has no end mark: it may be cut off, and its last pages missing.'];
    return { ...reading, warnings: [...reading.warnings, ...warnings] };
  } finally {
    void task.destroy().catch(() => undefined);
    // A worker that is stuck in a page would never answer a polite end.
    link.end();
  }
}

interface PageWork {
  readonly bounded: <T>(work: Promise<T>, ms: number) => Promise<T | typeof TIMED_OUT>;
  readonly onPage?: (page: number, pages: number) => void;
  readonly limits: PdfLimits;
}

async function readPages(document: PDFDocumentProxy, { bounded, onPage, limits }: PageWork): Promise<Reading> {
  const { numPages: pages } = document;
  const parts: string[] = [];
  const warnings: string[] = [];
  const [empty, broken]: [number[], number[]] = [[], []];
  let characters = 0;
  let read = 0;
  while (read < Math.min(pages, limits.pages) && characters <= limits.characters) {
    const number = read + 1;
    onPage?.(number, pages);
    const text = await bounded(textOfPage(document, number), limits.pageMs);
    if (text === TIMED_OUT) {
      warnings.push(`Page ${number} takes too long to read.`);
      break;
    }
    if (text === null) broken.push(number);
    else if (text === '') empty.push(number);
    else parts.push(pages === 1 ? text : `[page ${number}]\n\n${text}`);
    characters += text?.length ?? 0;
    read = number;
  }
  if (parts.length === 0) throw noText(pages, broken.length > 0 || read === 0);
  if (read < pages) warnings.push(`Only the first ${read} of ${pages} pages were read.`);
  if (broken.length > 0) warnings.push(`The file is damaged on ${listPages(broken)}, which could not be read.`);
  if (empty.length > 0) warnings.push(`No text was found on ${listPages(empty)}: empty, or scanned as a picture.`);
  const cut = cutText(parts.join('\n\n'), limits.characters);
  return { text: cut.text, pages, warnings: [...warnings, ...cut.warnings] };
}

/** The text of a page from 1 up; `null` where the page is damaged. A worker's death is for the caller to hear of. */
async function textOfPage(document: PDFDocumentProxy, number: number): Promise<string | null> {
  try {
    const page = await document.getPage(number);
    const { items } = await page.getTextContent();
    page.cleanup();
    return pageText(items.filter((item): item is typeof item & TextPiece => 'str' in item));
  } catch {
    return null;
  }
}

function noText(pages: number, isDamaged: boolean): EngineError {
  if (isDamaged) return damaged('This PDF file is damaged: none of its pages can be read');
  return unsupported(
    `There is no text in this PDF file: its ${pages === 1 ? 'page is' : `${pages} pages are`} empty, or scanned as ${pages === 1 ? 'a picture' : 'pictures'}`,
    'Have a program recognize the text (OCR) and attach the file that it makes.',
  );
}

/** Why a file cannot be opened: pdf.js tells by the error's name (its `shared/util.js`), and anything but a lock is damage. */
function explained(error: unknown): EngineError {
  if (error instanceof Error && error.name === 'PasswordException')
    return unsupported(
      'This PDF file is protected by a password',
      'Open it with the password, save it without one, and attach that.',
    );
  return damaged('This PDF file is damaged and cannot be opened');
}

const TIMED_OUT = Symbol('timed out');

/** What `work` gives, or `TIMED_OUT` after `ms`; rejects with the reason of the signal as soon as that is given. */
async function withTimeLimit<T>(work: Promise<T>, ms: number, signal?: AbortSignal): Promise<T | typeof TIMED_OUT> {
  const ended = new AbortController();
  try {
    return await new Promise((resolve, reject) => {
      work.then(resolve, reject);
      if (signal?.aborted === true) reject(signal.reason as Error);
      const timer = setTimeout(() => resolve(TIMED_OUT), ms);
      ended.signal.addEventListener('abort', () => clearTimeout(timer));
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { signal: ended.signal });
    });
  } finally {
    ended.abort();
  }
}
