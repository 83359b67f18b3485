/** Writes small safetensors files for tests. It checks nothing on purpose: tests also need files that are wrong. */

/** A tensor as it goes into the file. */
export interface SafetensorToWrite {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** The bytes of a file: this header, and data after it. */
export function withHeader(header: string | Uint8Array, data: Uint8Array = new Uint8Array(0)): Uint8Array<ArrayBuffer> {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

/** The bytes of a file with these tensors, end to end; the header is padded to eight bytes, as the format's writers do. */
export function writeSafetensors(
  tensors: readonly SafetensorToWrite[],
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(tensors.reduce((sum, { bytes }) => sum + bytes.length, 0));
  const entries: [string, unknown][] = metadata ? [['__metadata__', metadata]] : [];
  let end = 0;
  for (const { name, dtype, shape, bytes } of tensors) {
    data.set(bytes, end);
    entries.push([name, { dtype, shape, data_offsets: [end, (end += bytes.length)] }]);
  }
  const header = JSON.stringify(Object.fromEntries(entries));
  return withHeader(header.padEnd(Math.ceil(header.length / 8) * 8), data);
}
