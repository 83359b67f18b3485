import { call, next, system, user, type FamilyTemplate } from './family.ts';

/** DeepSeek-R1: its constructs, and what its format asks for. */
export const deepSeekR1: FamilyTemplate = {
  family: 'DeepSeek-R1',
  bos: '<｜begin▁of▁sentence｜>',
  eos: '<｜end▁of▁sentence｜>',
  template: String.raw`{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{% set ns = namespace(is_first=false, is_tool=false, system_prompt='') %}{%- for message in messages %}{%- if message['role'] == 'system' %}{% set ns.system_prompt = message['content'] %}{%- endif %}{%- endfor %}{{bos_token}}{{ns.system_prompt}}{%- for message in messages %}{%- if message['role'] == 'user' %}{%- set ns.is_tool = false -%}{{'<｜User｜>' + message['content']}}{%- endif %}{%- if message['role'] == 'assistant' and message['content'] is none %}{%- set ns.is_tool = true -%}{%- for tool in message['tool_calls']%}{%- if not ns.is_first %}{{'<｜Assistant｜><｜tool▁call▁begin｜>' + tool['function']['name'] + '<｜tool▁call▁end｜>'}}{%- set ns.is_first = true -%}{%- endif %}{%- endfor %}{%- endif %}{%- if message['role'] == 'assistant' and message['content'] is not none %}{% set content = message['content'] %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}{{'<｜Assistant｜>' + content + '<｜end▁of▁sentence｜>'}}{%- endif %}{%- endfor -%}{% if ns.is_tool %}{{'<｜tool▁outputs▁end｜>'}}{% endif %}{% if add_generation_prompt and not ns.is_tool %}{{'<｜Assistant｜><think>\n'}}{% endif %}`,
  cases: [
    {
      what: 'turns, the thought opened',
      messages: [system, user, { role: 'assistant', content: '<think>Well.</think>Hello' }, next],
      expected:
        '<｜begin▁of▁sentence｜>Be brief.<｜User｜>Hi<｜Assistant｜>Hello<｜end▁of▁sentence｜><｜User｜>Bye<｜Assistant｜><think>\n',
    },
    {
      what: 'tools',
      messages: [user, { ...call, content: null }],
      expected:
        '<｜begin▁of▁sentence｜><｜User｜>Hi<｜Assistant｜><｜tool▁call▁begin｜>weather<｜tool▁call▁end｜><｜tool▁outputs▁end｜>',
    },
  ],
};
