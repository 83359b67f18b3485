import { describe, expect, it } from 'vitest';
import { FAMILY_TEMPLATES } from '../../tools/testing/family-templates.ts';
import { runTemplate } from './run-template.ts';

describe.each(FAMILY_TEMPLATES)('the constructs of $family', ({ bos, eos, template, cases }) => {
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
        1024 * 1024,
      );
    if (typeof expected === 'string') expect(render()).toBe(expected);
    else expect(render).toThrow(expected);
  });
});
