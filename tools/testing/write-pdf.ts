/**
 * Writes small PDF files (ISO 32000-1) for tests: pages with lines of text in Helvetica or a CJK font that is not embedded,
 * pages that are pictures, and the oldest encryption. No compression, so that tests can damage what they mean to.
 */
import { createHash } from 'node:crypto';

/** A line of text at a place, in points from the lower left corner. */
export interface PdfLine {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size?: number;
  /** `cjk` is written as UCS-2 for the CMap `UniGB-UCS2-H`; `symbol` in the font Symbol. */
  readonly font?: 'latin' | 'cjk' | 'symbol';
}

/** A page: its lines, or a picture of one grey pixel. */
export type PdfPage = readonly PdfLine[] | 'picture';

/** What may be special about a file. */
export interface PdfOptions {
  /** Encrypts the file (RC4, 40 bits: revision 2 of the standard security handler). */
  readonly userPassword?: string;
  /** Writes any other count of pages than there are. */
  readonly pageCount?: number;
  /** Raw content of a page in place of its lines, by the page's index. */
  readonly content?: Readonly<Record<number, string>>;
}

/** Lines of a column, from the top down. */
export function pdfColumn(lines: readonly string[], { x = 72, top = 760, leading = 14, size = 11 } = {}): PdfLine[] {
  return lines.map((text, index) => ({ text, x, y: top - index * leading, size }));
}

/** The bytes of a file with these pages. */
export function writePdf(pages: readonly PdfPage[], options: PdfOptions = {}): Uint8Array {
  const id = Buffer.from('0123456789abcdef', 'latin1');
  const lock = options.userPassword === undefined ? null : encryption(options.userPassword, id);
  const objects: string[] = [];
  const add = (body: string) => objects.push(body);
  const pageNumber = (index: number) => FIRST_PAGE + index * 2;
  add('<< /Type /Catalog /Pages 2 0 R >>');
  const kids = pages.map((_, index) => `${pageNumber(index)} 0 R`).join(' ');
  add(`<< /Type /Pages /Kids [${kids}] /Count ${options.pageCount ?? pages.length} >>`);
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  add('<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [5 0 R] >>');
  add(
    '<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo ' +
      '<< /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 /FontDescriptor 6 0 R >>',
  );
  add(
    '<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 ' +
      '/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>',
  );
  add(
    stream(
      '/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8',
      '\x80',
      7,
      lock,
    ),
  );
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>');
  for (const [index, page] of pages.entries()) {
    const number = pageNumber(index);
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${number + 1} 0 R ` +
        '/Resources << /Font << /F1 3 0 R /F2 4 0 R /F3 8 0 R >> /XObject << /I1 7 0 R >> >> >>',
    );
    add(stream('', options.content?.[index] ?? contentOf(page), number + 1, lock));
  }

  let file = '%PDF-1.4\n%\xE2\xE3\xCF\xD3\n';
  const offsets = objects.map((body, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${body}\nendobj\n`;
    return offset;
  });
  const start = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  for (const offset of offsets) file += `${String(offset).padStart(10, '0')} 00000 n \n`;
  const encrypt =
    lock === null ? '' : `/Encrypt ${lock.dictionary} /ID [<${id.toString('hex')}> <${id.toString('hex')}>] `;
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${encrypt}>>\nstartxref\n${start}\n%%EOF\n`;
  return new Uint8Array(Buffer.from(file, 'latin1'));
}

const FIRST_PAGE = 9;

function contentOf(page: PdfPage): string {
  if (page === 'picture') return 'q 400 0 0 600 72 72 cm /I1 Do Q';
  return page
    .map(({ text, x, y, size = 11, font = 'latin' }) => {
      const shown = font === 'cjk' ? `<${ucs2(text)}>` : `(${text.replace(/[\\()]/g, '\\$&')})`;
      const name = { latin: 'F1', cjk: 'F2', symbol: 'F3' }[font];
      return `BT /${name} ${size} Tf ${x} ${y} Td ${shown} Tj ET`;
    })
    .join('\n');
}

function ucs2(text: string): string {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0')).join('');
}

interface Encryption {
  readonly key: Buffer;
  readonly dictionary: string;
}

function stream(entries: string, content: string, number: number, lock: Encryption | null): string {
  const bytes = Buffer.from(content, 'latin1');
  const stored = lock === null ? bytes : rc4(objectKey(lock.key, number), bytes);
  return `<< ${entries} /Length ${stored.length} >>\nstream\n${stored.toString('latin1')}\nendstream`;
}

const PADDING = Buffer.from('28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A', 'hex');
const PERMISSIONS = -4;

/** Algorithms 2 to 4 of ISO 32000-1, 7.6.3. */
function encryption(userPassword: string, id: Buffer): Encryption {
  const padded = Buffer.concat([Buffer.from(userPassword, 'latin1'), PADDING]).subarray(0, 32);
  const owner = rc4(md5(PADDING).subarray(0, 5), padded);
  const permissions = Buffer.alloc(4);
  permissions.writeInt32LE(PERMISSIONS);
  const key = md5(Buffer.concat([padded, owner, permissions, id])).subarray(0, 5);
  const user = rc4(key, PADDING);
  const strings = `/O <${owner.toString('hex')}> /U <${user.toString('hex')}>`;
  return { key, dictionary: `<< /Filter /Standard /V 1 /R 2 ${strings} /P ${PERMISSIONS} >>` };
}

function objectKey(key: Buffer, number: number): Buffer {
  const salt = Buffer.from([number & 0xff, (number >> 8) & 0xff, (number >> 16) & 0xff, 0, 0]);
  return md5(Buffer.concat([key, salt])).subarray(0, 10);
}

function md5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest();
}

function rc4(key: Buffer, bytes: Buffer): Buffer {
  const state = Array.from({ length: 256 }, (_, index) => index);
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + state[i]! + key[i % key.length]!) & 255;
    [state[i], state[j]] = [state[j]!, state[i]!];
  }
  let [i, j] = [0, 0];
  return Buffer.from(
    bytes.map((byte) => {
      i = (i + 1) & 255;
      j = (j + state[i]!) & 255;
      [state[i], state[j]] = [state[j]!, state[i]!];
      return byte ^ state[(state[i]! + state[j]!) & 255]!;
    }),
  );
}
