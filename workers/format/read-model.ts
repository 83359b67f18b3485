/** From the files of a model to the one view that the engine has of it, whatever the container. */
import { EngineError } from '../protocol/errors.ts';
import type { NamedSource } from '../source/byte-source.ts';
import { partNamed } from '../source/joined-source.ts';
import { readSplitGguf, splitName } from './gguf-split.ts';
import { readGguf } from './gguf.ts';
import { readTextFiles } from './hugging-face-text.ts';
import { readHuggingFace } from './hugging-face.ts';
import { mlcModelFile } from './mlc-model-file.ts';
import { readMlc } from './mlc.ts';
import type { ModelFile } from './model-file.ts';
import { isOnnx, readOnnx } from './onnx.ts';

/**
 * Reads the head of a model: one GGUF file, its parts, a Hugging Face folder, an ONNX export or an MLC folder, in any
 * order. Tensors are located, never read. Rejects with the EngineError of the container's reader, or with the signal's reason.
 */
export async function readModel(files: readonly NamedSource[], signal?: AbortSignal): Promise<ModelFile> {
  const [first] = files;
  if (!first) throw new EngineError('NotFound', { what: 'There is no file to read', remedy: 'Choose a model.' });
  if (partNamed(files, 'mlc-chat-config.json')) {
    return withText(mlcModelFile(await readMlc(files, signal)), files, signal);
  }
  if (files.some(({ fileName }) => /\.safetensors(\.index\.json)?$/.test(fileName))) {
    return withText(await readHuggingFace(files, signal), files, signal);
  }
  if (isOnnx(files)) return withText(await readOnnx(files, signal), files, signal);
  // One part of several is read alone too: its summary says that it is one, and how many there are.
  return files.length > 1 && splitName(first.fileName) ? readSplitGguf(files, signal) : readGguf(first, signal);
}

/** The model with what its neighbours in the folder say of text. */
async function withText(file: ModelFile, files: readonly NamedSource[], signal?: AbortSignal): Promise<ModelFile> {
  const { metadata, tokenizerFiles } = await readTextFiles(files, signal);
  return { ...file, metadata: new Map([...file.metadata, ...metadata]), ...(tokenizerFiles && { tokenizerFiles }) };
}
