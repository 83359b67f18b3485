/** Reads the card of a stored model from its head. No GPU is needed, and nothing but the head and the vocabulary is read. */
import type { ModelFile } from '../format/model-file.ts';
import { readModel } from '../format/read-model.ts';
import { withoutControls } from '../format/quoted.ts';
import type { ChatTemplateFacts } from '../protocol/engine.ts';
import { errorCode } from '../protocol/errors.ts';
import type { ModelCard, ModelOrigin } from '../protocol/model-card.ts';
import { sha256Hex } from '../source/digest.ts';
import { requireManifest, type Manifest } from '../store/manifest.ts';
import { openStored } from '../store/stored-file.ts';
import { createChatTemplate } from '../text/chat-template.ts';
import { readTokenizer } from '../text/create-tokenizer.ts';

const PUBLIC_HUB = 'https://huggingface.co';
const LINK_CHARACTERS = 2000;

/** The card of a complete model. Rejects as `openStored` does, and as the format's reader does. */
export async function readModelCard(id: string): Promise<ModelCard> {
  const stored = await openStored(id);
  try {
    const manifest = await requireManifest(id);
    const file = await readModel(stored.files);
    const link = file.metadata.get('general.license.link');
    return {
      origin: originOf(manifest),
      files: stored.files.map(({ fileName, byteLength }) => ({ fileName, byteLength })),
      chunks: manifest.chunkSha256.length,
      licenseLink: typeof link === 'string' ? withoutControls(link.trim()).slice(0, LINK_CHARACTERS) || null : null,
      template: await templateFacts(file),
    };
  } finally {
    await stored.release();
  }
}

function originOf({ source }: Pick<Manifest, 'source'>): ModelOrigin {
  if (source === null) return { kind: 'disk' };
  if (source.kind === 'device') return { kind: 'device' };
  if (source.kind === 'url') return { kind: 'url', url: source.url };
  if (source.kind === 'url-files') {
    const [url, ...others] = source.files.map((file) => file.url);
    // Of several files the folder tells as much.
    return { kind: 'url', url: others.length === 0 ? url! : url!.slice(0, url!.lastIndexOf('/') + 1) };
  }
  const { repository, revision = '', endpoint = PUBLIC_HUB } = source;
  return { kind: 'hub', hub: endpoint, repository, commit: /^[0-9a-f]{40}$/.test(revision) ? revision : null };
}

async function templateFacts(file: ModelFile): Promise<ChatTemplateFacts | null> {
  try {
    // A GGUF file has its vocabulary in the metadata already.
    const { facts } = createChatTemplate(file.tokenizerFiles ? readTokenizer(file).file : file);
    return { ...facts, sha256: await sha256Hex(facts.text) };
  } catch (error) {
    // What is wrong with the vocabulary, or with a template that does not end, a load says.
    if (errorCode(error) === null) throw error;
    return null;
  }
}
