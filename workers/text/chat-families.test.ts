import { describe, expect, it } from 'vitest';
import { FAMILY_TEMPLATES } from '../../tools/testing/families/all-families.ts';
import { PROBE, recogniseFormat } from './chat-formats.ts';
import { runTemplate } from './run-template.ts';

const OUTPUT_UNITS_MAX = 1024 * 1024;

/** Names of families whose format has another name: it is a format of several families. */
const FORMATS: Readonly<Record<string, string>> = {
  'ChatML (SmolLM2)': 'ChatML',
  'ChatML (Qwen2, Qwen2.5)': 'ChatML',
  SmolLM3: 'ChatML',
  Qwen3: 'ChatML',
  'gpt-oss': 'Harmony (gpt-oss)',
  'Zephyr (TinyLlama)': 'Zephyr',
  'StarCoder2-instruct': 'Instruction and response (StarCoder2)',
};

describe.each(FAMILY_TEMPLATES)('the constructs of $family', ({ family, bos, eos, template, cases }) => {
  it.each(cases)('write $what', ({ messages, values = {}, expected }) => {
    const render = () =>
      runTemplate(
        template,
        {
          bos_token: bos,
          eos_token: eos,
          messages,
          tools: null,
          documents: null,
          add_generation_prompt: true,
          ...values,
        },
        OUTPUT_UNITS_MAX,
      );
    if (typeof expected === 'string') expect(render()).toBe(expected);
    else expect(render).toThrow(expected);
  });

  it('are known for what they write, thinking or not', () => {
    const names = { bos_token: bos, eos_token: eos, unk_token: '', pad_token: '' };
    for (const values of [{}, { enable_thinking: false }]) {
      const written = runTemplate(
        template,
        { ...names, messages: PROBE, tools: null, add_generation_prompt: true, ...values },
        OUTPUT_UNITS_MAX,
      );
      expect(recogniseFormat(written, names)?.name).toBe(FORMATS[family] ?? family);
    }
  });
});

describe('a conversation of 1,000 messages', () => {
  it.each(FAMILY_TEMPLATES.map(({ family }) => family))('is no more than %s may write', (family) => {
    const { bos, eos, template } = FAMILY_TEMPLATES.find((one) => one.family === family)!;
    const words = 'word '.repeat(132);
    const messages = Array.from({ length: 1001 }, (_, index) =>
      index % 2 === 0 ? { role: 'user', content: words } : { role: 'assistant', content: words },
    );
    const values = {
      bos_token: bos,
      eos_token: eos,
      messages,
      tools: null,
      documents: null,
      add_generation_prompt: true,
    };
    expect(runTemplate(template, values, 4 * OUTPUT_UNITS_MAX).split(words.trim()).length).toBe(1002);
  });
});
