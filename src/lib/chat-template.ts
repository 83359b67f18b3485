/** What a person is told of the way in which conversations are written for a model. */
import type { ChatTemplateFacts } from '../../workers/protocol/engine.ts';

/** One sentence, or `null` where there is nothing to mind: the file brings a template that writes a known format. */
export function templateCaution({ origin, format }: ChatTemplateFacts): string | null {
  if (origin === 'none') return 'Its file has no chat template, so it continues your text.';
  if (origin === 'architecture') return `Its file has no chat template, so Freehold uses the usual one of its kind.`;
  return format === null ? 'It has a custom chat template, which the settings show.' : null;
}

/** The name of what conversations are written in. */
export function templateName({ origin, format }: ChatTemplateFacts): string {
  if (origin === 'none') return 'None: the model continues a text';
  const name = format ?? 'Custom';
  return origin === 'file' ? name : `${name}, chosen by Freehold`;
}
