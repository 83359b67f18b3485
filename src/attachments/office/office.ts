/** A zip → the office file that it is, read. Names the kinds that are not read. */
import { damaged, unsupported, type AttachmentKind, type Reading } from '../attachment.ts';
import { Zip } from '../zip/zip.ts';
import { readDocx } from './docx.ts';
import { readOdt } from './odt.ts';

const ODT = 'application/vnd.oasis.opendocument.text';

/** Reads a DOCX or ODT file. Throws `FileUnsupported` for any other zip, `FileMalformed` for a damaged one. */
export async function readOffice(bytes: Uint8Array, signal?: AbortSignal): Promise<Reading & { kind: AttachmentKind }> {
  const zip = new Zip(bytes);
  const mimeType = await zip.read('mimetype', signal);
  if (mimeType !== null) {
    const type = new TextDecoder().decode(mimeType.subarray(0, 100)).trim();
    if (type === 'application/epub+zip') throw unsupported('This is an EPUB book', 'Attach it as PDF or as text.');
    if (type !== ODT && type !== `${ODT}-template`)
      throw unsupported(
        `This is an OpenDocument file that is no text (${type})`,
        'Save it as PDF or CSV and attach that.',
      );
    return { kind: 'odt', ...(await readOdt(zip, signal)) };
  }
  if (zip.has('xl/workbook.xml'))
    throw unsupported('This is an Excel workbook', 'Save the sheet as CSV and attach that.');
  if (zip.has('ppt/presentation.xml'))
    throw unsupported('This is a PowerPoint presentation', 'Save it as PDF and attach that.');
  if (zip.has('word/document.xml') || zip.has('[Content_Types].xml'))
    return { kind: 'docx', ...(await readDocx(zip, signal)) };
  if (zip.has('META-INF/MANIFEST.MF') || zip.has('AndroidManifest.xml')) throw unsupported('This is a program');
  throw zip.isEmpty
    ? damaged('This zip has nothing in it')
    : unsupported('This is a zip of files', 'Unpack it and attach what is in it.');
}
