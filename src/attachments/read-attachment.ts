/** A file that a person attaches → its text. What it is, its bytes tell; each kind has a reader of its own. */
import { EngineError } from '../../workers/protocol/errors.ts';
import { formatBytes } from '../../workers/protocol/format-bytes.ts';
import { cutText, LIMITS, unsupported, type Attachment, type AttachmentKind, type Reading } from './attachment.ts';
import { decodeText } from './decode-text.ts';
import { measureDelimited } from './delimited.ts';
import { declaredEncoding, fileForm, type FileForm } from './file-kind.ts';
import { cleanName } from './file-name.ts';
import { notHere } from './pdf/not-here.ts';
import type { PdfReader } from './pdf/pdf-reader.ts';

/** How a file is read. */
export interface ReadOptions {
  /** Ends the reading: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Hears of the pages of a PDF as they are read. */
  readonly onPage?: (page: number, pages: number) => void;
  /** What PDF files are read with; the site's own where nothing is given. */
  readonly pdfReader?: PdfReader;
}

type KindReading = Reading & { readonly kind: AttachmentKind };

/**
 * Reads a file of at most 50 MB into at most 2,000,000 characters.
 *
 * Rejects with `FileUnsupported`, `FileMalformed`, `SourceUnreachable` (offline, and what reads PDF files was never
 * needed before), `NotFound` (the file is gone or may not be read), `WorkerFailed`, or the signal's reason.
 */
export async function readAttachment(file: File, options: ReadOptions = {}): Promise<Attachment> {
  const { signal } = options;
  if (file.size > LIMITS.fileBytes) {
    throw new EngineError('FileUnsupported', {
      what: 'This file is too large to attach',
      expected: `at most ${formatBytes(LIMITS.fileBytes)}`,
      got: formatBytes(file.size),
    });
  }
  if (file.size === 0) throw unsupported('This file is empty');
  const bytes = await bytesOf(file);
  signal?.throwIfAborted();
  const reading = await read(fileForm(bytes, file.name), bytes, options);
  signal?.throwIfAborted();
  if (reading.text.trim() === '') throw unsupported('This file has no text in it');
  return { name: cleanName(file.name), bytes: file.size, ...reading };
}

async function bytesOf(file: File): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new EngineError('NotFound', {
      what: 'This file cannot be read: it was moved or changed, or the browser may not open it',
      remedy: 'Attach it again.',
    });
  }
}

async function read(form: FileForm, bytes: Uint8Array, options: ReadOptions): Promise<KindReading> {
  switch (form) {
    case 'pdf': {
      const { readPdf, siteReader } = await loadPdf();
      return { kind: 'pdf', ...(await readPdf(bytes, options.pdfReader ?? siteReader, options)) };
    }
    case 'zip': {
      const { readOffice } = await import('./office/office.ts');
      return readOffice(bytes, options.signal);
    }
    case 'html': {
      const { readHtml } = await import('./html.ts');
      const source = decodeText(bytes, declaredEncoding(bytes));
      const { text, warnings } = cutText(readHtml(source.text).text);
      return { kind: 'html', text, warnings: [...source.warnings, ...warnings] };
    }
    case 'csv': {
      const whole = decodeText(bytes);
      const { table, warnings } = measureDelimited(whole.text);
      const cut = cutText(whole.text);
      return { kind: 'csv', text: cut.text, table, warnings: [...whole.warnings, ...warnings, ...cut.warnings] };
    }
    case 'text': {
      const whole = decodeText(bytes);
      const cut = cutText(whole.text);
      return { kind: 'text', text: cut.text, warnings: [...whole.warnings, ...cut.warnings] };
    }
  }
}

/** What reads PDF files is large, so it comes when it is first needed, and the service worker keeps it. */
async function loadPdf() {
  try {
    const [{ readPdf }, { siteReader }] = await Promise.all([
      import('./pdf/read-pdf.ts'),
      import('./pdf/site-reader.ts'),
    ]);
    return { readPdf, siteReader };
  } catch {
    throw notHere();
  }
}
