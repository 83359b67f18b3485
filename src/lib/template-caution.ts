/** What the status says of a model's chat template. Apart from what the settings say of it, which come later. */
import type { ChatTemplateFacts } from '../../workers/protocol/engine.ts';
import { m } from '../paraglide/messages.js';

/** One sentence, or `null` where there is nothing to mind: the file brings a template that writes a known format. */
export function templateCaution({ origin, format }: ChatTemplateFacts): string | null {
  if (origin === 'none') return m.app_status_continues();
  if (origin === 'architecture') return m.app_status_usual_template();
  return format === null ? m.app_status_custom_template() : null;
}
