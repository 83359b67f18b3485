/** Says what a file is that is not what it should be, and what to do about it. It looks at the first bytes only. */
import { EngineError } from '../protocol/errors.ts';

const CONVERT = 'Choose a GGUF file of the same model.';
const DOWNLOAD = 'Download the file again, by its direct link.';

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** What these first bytes (at least 4, better 16 or more) belong to, and the remedy. */
function recognise(head: Uint8Array): readonly [found: string, remedy: string] | null {
  const text = latin1(head);
  const trimmed = text.trimStart().toLowerCase();
  if (text.startsWith('version https://git-lfs'))
    return [
      'a Git LFS pointer, not the model itself',
      'Fetch the real file, with "git lfs pull" or by its direct link.',
    ];
  if (trimmed.startsWith('<')) return ['a web page', DOWNLOAD];
  if (text.startsWith('PK')) return ['a ZIP archive, such as a PyTorch checkpoint', CONVERT];
  if (head[0] === 0x80 && head[1]! <= 5) return ['a Python pickle, such as an old PyTorch checkpoint', CONVERT];
  if (head[8] === 0x7b && head[5] === 0 && head[6] === 0 && head[7] === 0) return ['a safetensors file', CONVERT];
  if (/^(lmgg|fmgg|tjgg|algg)/.test(text)) return ['an old GGML file, from before GGUF', CONVERT];
  if (text.startsWith('FUGG')) return ['a big-endian GGUF file', 'Choose the little-endian file of the same model.'];
  if (text.startsWith('\x89HDF')) return ['an HDF5 file', CONVERT];
  if (text.slice(4, 8) === 'TFL3') return ['a TensorFlow Lite file', CONVERT];
  if (head[0] === 0x1f && head[1] === 0x8b) return ['a gzip archive', 'Unpack it and choose the GGUF file inside.'];
  if (head[0] === 0x08 && head[1]! < 0x20 && [0x12, 0x1a, 0x22, 0x3a].includes(head[2]!))
    return ['an ONNX model', 'Choose it together with the config.json and tokenizer.json of its folder.'];
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) return ['a JSON file or a server’s error reply', DOWNLOAD];
  return null;
}

/** The error for a file whose magic is not GGUF's: `FileUnsupported` if we know what it is, else `FileMalformed`. */
export function notGguf(head: Uint8Array): EngineError {
  const known = recognise(head);
  const [found, remedy] = known ?? [hex(head.subarray(0, 4)), CONVERT.replace(' of the same model', '')];
  return new EngineError(known ? 'FileUnsupported' : 'FileMalformed', {
    what: 'This is not a GGUF file',
    offset: 0,
    expected: 'the letters GGUF',
    got: found,
    remedy,
  });
}

/** The error for a file that has no JSON header where safetensors has one: `FileUnsupported` if we know what it is. */
export function notSafetensors(head: Uint8Array): EngineError {
  const isGguf = latin1(head.subarray(0, 4)) === 'GGUF';
  const known = isGguf ? (['a GGUF file', 'Open it as it is: it needs no other files.'] as const) : recognise(head);
  const [found, remedy] = known ?? [hex(head.subarray(0, 9)), 'Fetch the file again, by its direct link.'];
  return new EngineError(known ? 'FileUnsupported' : 'FileMalformed', {
    what: 'This is not a safetensors file',
    offset: 8,
    expected: 'a length and a JSON header',
    got: found,
    remedy,
  });
}

function hex(bytes: Uint8Array): string {
  return `the bytes ${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}`;
}
