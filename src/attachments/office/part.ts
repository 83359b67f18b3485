/** A part of an office file as XML. */
import { decodeText } from '../decode-text.ts';
import type { Zip } from '../zip/zip.ts';
import { parseXml, type XmlElement } from './xml.ts';

/** The root of the part, or `null` where the file has no such part. Throws as `Zip.read` and `parseXml` do. */
export async function readPart(zip: Zip, name: string, signal?: AbortSignal): Promise<XmlElement | null> {
  const bytes = await zip.read(name, signal);
  return bytes === null ? null : parseXml(decodeText(bytes).text);
}
