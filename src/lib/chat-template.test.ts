import { describe, expect, it } from 'vitest';
import type { ChatTemplateFacts } from '../../workers/protocol/engine.ts';
import { templateCaution, templateName } from './chat-template.ts';

const facts = (changes: Partial<ChatTemplateFacts>): ChatTemplateFacts => ({
  origin: 'file',
  format: 'ChatML',
  opening: '',
  thinkingSwitch: null,
  thinkingEfforts: [],
  text: '',
  sha256: '',
  ...changes,
});

describe('what is said of a chat template', () => {
  it.each([
    [{}, 'ChatML', null],
    [{ format: null }, 'Custom', /custom chat template/],
    [{ origin: 'architecture', format: 'Llama 3' }, 'Llama 3, chosen by Freehold', /no chat template.*usual one/],
    [{ origin: 'none', format: null }, 'None: the model continues a text', /no chat template.*continues your text/],
  ] as const)('%j', (changes, name, caution) => {
    expect(templateName(facts(changes))).toBe(name);
    if (caution === null) expect(templateCaution(facts(changes))).toBe(null);
    else expect(templateCaution(facts(changes))).toMatch(caution);
  });
});
