import { dialogue, type FamilyTemplate } from './family.ts';

/** Zephyr (TinyLlama): its constructs, and what its format asks for. */
export const zephyr: FamilyTemplate = {
  family: 'Zephyr (TinyLlama)',
  bos: '<s>',
  eos: '</s>',
  template: String.raw`{% for message in messages %}
{% if message['role'] == 'user' %}
{{ '<|user|>
' + message['content'] + eos_token }}
{% elif message['role'] == 'system' %}
{{ '<|system|>
' + message['content'] + eos_token }}
{% elif message['role'] == 'assistant' %}
{{ '<|assistant|>
'  + message['content'] + eos_token }}
{% endif %}
{% if loop.last and add_generation_prompt %}
{{ '<|assistant|>' }}
{% endif %}
{% endfor %}`,
  cases: [
    {
      what: 'turns',
      messages: dialogue,
      expected:
        '<|system|>\nBe brief.</s>\n<|user|>\nHi</s>\n<|assistant|>\nHello</s>\n<|user|>\nBye</s>\n<|assistant|>\n',
    },
  ],
};
