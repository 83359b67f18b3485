/** What a person is told of the way in which conversations are written for a model. */
import type { ChatTemplateFacts } from '../../workers/protocol/engine.ts';
import { m } from '../paraglide/messages.js';

export { templateCaution } from './template-caution.ts';

/** The name of what conversations are written in. */
export function templateName({ origin, format }: ChatTemplateFacts): string {
  if (origin === 'none') return m.models_template_none();
  const name = format ?? m.models_template_custom();
  return origin === 'file' ? name : m.models_template_chosen({ name });
}
