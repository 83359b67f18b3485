/** Files that a person picked or dropped, folders walked through, each with its path; which of them are a model's. */
import { EngineError } from '../../workers/protocol/errors.ts';

/** A file with its folders as they were picked, divided by "/". */
export interface PickedFile {
  readonly path: string;
  readonly file: File;
}

/** A model's folder has a few hundred files at most; this stops a walk through somebody's whole disk. */
const FILES_MAX = 10_000;

/** What a file input holds: single files, or those of a folder. */
export function pickedFiles(files: Iterable<File>): PickedFile[] {
  return Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/**
 * What was dropped. Call it in the event itself: the browser empties the transfer after. Rejects where a folder holds too
 * much to be a model's, or cannot be read.
 */
export async function droppedFiles({ items, files }: DataTransfer): Promise<PickedFile[]> {
  const entries = Array.from(items, (item) => (item.kind === 'file' ? item.webkitGetAsEntry() : null));
  const plain = pickedFiles(files);
  // Where no folder is among them, the browser's own list has everything; some browsers give no entries at all.
  if (!entries.some((entry) => entry?.isDirectory)) return plain;
  const found: PickedFile[] = [];
  for (const entry of entries) if (entry !== null) await walk(entry, '', found);
  return found;
}

/** What only models are kept in; older kinds too, so that what is said of them is said by the one who knows. */
const MODEL_NAME =
  /\.(gguf|ggml|safetensors|onnx|onnx_data(?:_\d+)?|pth?|ckpt|bin)$|^(mlc-chat-config|ndarray-cache|tensor-cache)\.json$/i;
/** What lies beside the weights of a model in several files, and may be somebody's own file elsewhere. */
const BESIDE_MODEL =
  /^((generation_|tokenizer_|preprocessor_|quantization_|processor_)?config|tokenizer|special_tokens_map|added_tokens|vocab|modules|chat_template|.*\.safetensors\.index)\.json$|^(merges\.txt|chat_template\.jinja|tokenizer\.model)$/i;

/**
 * Tells a model's files from those to be attached to a message: by folder (a folder is a model's), by name, and where that
 * says nothing by the first bytes. Small files go with weights that lie loose beside them.
 */
export async function sortFiles(
  files: readonly PickedFile[],
): Promise<{ model: readonly PickedFile[]; others: readonly PickedFile[] }> {
  const isModel = await Promise.all(
    files.map(async ({ path, file }) => path.includes('/') || MODEL_NAME.test(path) || (await beginsAsModel(file))),
  );
  const inPieces = files.some(({ path }, index) => isModel[index] && !path.includes('/') && !/\.gguf$/i.test(path));
  const goes = ({ path }: PickedFile, index: number) => isModel[index]! || (inPieces && BESIDE_MODEL.test(path));
  return { model: files.filter(goes), others: files.filter((file, index) => !goes(file, index)) };
}

/** GGUF begins with its name; safetensors with the length of its header in 8 bytes and the header in JSON. */
async function beginsAsModel(file: File): Promise<boolean> {
  let head: Uint8Array;
  try {
    head = new Uint8Array(await file.slice(0, 10).arrayBuffer());
  } catch {
    // Whoever reads it will say so.
    return false;
  }
  const text = String.fromCharCode(...head);
  return text.startsWith('GGUF') || /^.{4}\0{4}\{"/s.test(text);
}

async function walk(entry: FileSystemEntry, folder: string, found: PickedFile[]): Promise<void> {
  const path = `${folder}${entry.name}`;
  if (isFile(entry)) {
    if (found.length === FILES_MAX) {
      throw new EngineError('FileUnsupported', {
        what: `There are more than ${FILES_MAX.toLocaleString('en')} files in what was dropped`,
        remedy: 'Drop only the folder of the model.',
      });
    }
    found.push({ path, file: await new Promise<File>((resolve, reject) => entry.file(resolve, reject)) });
  } else if (isFolder(entry)) {
    const reader = entry.createReader();
    // It gives a hundred at a time, and none once it has given all.
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (some.length === 0) return;
      for (const inside of some) await walk(inside, `${path}/`, found);
    }
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
