/** The files of a folder that say how text becomes tokens, as metadata. */
import type { NamedSource } from '../source/byte-source.ts';
import { partNamed } from '../source/joined-source.ts';
import { tokenizerMetadata } from './hugging-face-tokenizer.ts';
import { readJsonFile, utf8Text } from './json-fields.ts';
import type { MetadataValue } from './model-file.ts';
import type { JsonObject } from './strict-json.ts';

/** The largest known, of 262,144 tokens with its merges as lists, is 33 MB; those of the models that we run, 17 MB. */
const TOKENIZER_BYTES_MAX = 20 * 2 ** 20;
const TEMPLATE_BYTES_MAX = 2 ** 20;

/**
 * Metadata of `tokenizer.json`, `tokenizer_config.json` and `chat_template.jinja`; none where there is no
 * `tokenizer.json`: a summary then says so. Rejects with `TokenizerUnsupported` or `FileMalformed`.
 */
export async function readTokenizerFiles(
  files: readonly NamedSource[],
  embeddingRows: number,
  signal?: AbortSignal,
): Promise<Map<string, MetadataValue>> {
  const options = signal ? { signal } : {};
  const tokenizer = partNamed(files, 'tokenizer.json');
  if (!tokenizer) return new Map();
  const config = partNamed(files, 'tokenizer_config.json');
  const metadata = tokenizerMetadata(
    await readJsonFile(tokenizer, 'tokenizer.json', { ...options, maxBytes: TOKENIZER_BYTES_MAX }),
    config ? await readJsonFile(config, 'tokenizer_config.json', options) : (new Map() as JsonObject),
    embeddingRows,
  );
  const template = partNamed(files, 'chat_template.jinja');
  if (template && template.byteLength <= TEMPLATE_BYTES_MAX) {
    const text = utf8Text(await template.read(0, template.byteLength, signal), 'chat_template.jinja');
    metadata.set('tokenizer.chat_template', text);
  }
  return metadata;
}
