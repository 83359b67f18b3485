/**
 * The conversations that published templates are compared over, in the shape of OpenAI's chat API: as the reference takes
 * them, and, by `toMessages`, as our renderer does.
 */
import type { TemplateJson, TemplateMessage } from '../../../workers/text/template-messages.ts';

interface WireCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: TemplateJson;
}

/** A message with what the reference's users may put into it. */
export interface WireMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string | null;
  readonly reasoning_content?: string;
  readonly thinking?: string;
  readonly tool_calls?: readonly {
    readonly type: 'function';
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: TemplateJson };
  }[];
  readonly tool_call_id?: string;
  readonly name?: string;
}

/** One conversation and what is asked for with it. */
export interface TemplateCase {
  readonly what: string;
  readonly messages: readonly WireMessage[];
  readonly tools?: readonly TemplateJson[];
  /** Missing: nobody says. */
  readonly thinking?: boolean;
  readonly addGenerationPrompt: boolean;
}

const system = (content: string): WireMessage => ({ role: 'system', content });
const user = (content: string): WireMessage => ({ role: 'user', content });
const assistant = (content: string): WireMessage => ({ role: 'assistant', content });
/** A thought has two names; templates know one or the other. */
const thinking = (thought: string, message: WireMessage): WireMessage => ({
  ...message,
  reasoning_content: thought,
  thinking: thought,
});
const calling = (content: string | null, ...calls: readonly WireCall[]): WireMessage => ({
  role: 'assistant',
  content,
  tool_calls: calls.map(({ id, ...call }) => ({ type: 'function', id, function: call })),
});
const result = (tool_call_id: string, name: string, content: string): WireMessage => ({
  role: 'tool',
  tool_call_id,
  name,
  content,
});

const TOOLS: readonly TemplateJson[] = [
  {
    type: 'function',
    function: {
      name: 'weather',
      description: 'The weather of a city; "now" or <later> — in °C & °F',
      parameters: {
        type: 'object',
        properties: {
          city: { type: 'string', description: "The city's name, e.g. Zürich" },
          unit: { type: 'string', enum: ['C', 'F'], default: 'C' },
          days: { type: 'array', items: { type: 'integer' } },
          at: { type: ['string', 'null'], description: 'When' },
          detail: { type: 'object', properties: { wind: { type: 'boolean' } } },
        },
        required: ['city'],
      },
    },
  },
  {
    type: 'function',
    function: { name: 'clock', description: 'The time', parameters: { type: 'object', properties: {}, required: [] } },
  },
];

const weatherCall: WireCall = { id: 'abcdefghi', name: 'weather', arguments: { city: 'Bern' } };
const clockCall: WireCall = { id: 'jklmnopqr', name: 'clock', arguments: {} };
const typedCall: WireCall = {
  id: 'abcdefghi',
  name: 'weather',
  arguments: {
    city: '"Zürich"\n<\\>',
    days: [1, -2, 3.5],
    detail: { wind: true, rain: false, snow: null, list: [], map: {} },
    at: null,
    exact: false,
    height: 1e-7,
    depth: 12345678.25,
  },
};
const rain = result('abcdefghi', 'weather', '{"sky": "rain", "°C": 4}');
const noon = result('jklmnopqr', 'clock', 'noon');

const ODD_TEXT =
  ' \t\u0085 "Zürich" \\ \'x\' <b>&amp;</b> {{ no }} {% no %} 😀👩‍👩‍👧 e\u0301 שלום 日本\u3000\ufefftext\r\nline\u2028two \u001f\u00a0\n\n';

const turns = [user('Hi'), assistant('Hello'), user('Bye')];
const thoughtTurns = [
  user('1 + 1?'),
  thinking('Easy.\nTwo.', assistant('2')),
  user('And 2 + 2?'),
  thinking('Harder.', assistant('4')),
  user('Thanks'),
];
const toolTurns = [user('Weather?'), calling(null, weatherCall), rain, assistant('Rain.'), user('Thanks')];

/** Each conversation with whether the generation prompt is asked for, and what else. */
export const TEMPLATE_CASES: readonly TemplateCase[] = [
  { what: 'one question', messages: [user('Hi')], addGenerationPrompt: true },
  { what: 'one question, no generation prompt', messages: [user('Hi')], addGenerationPrompt: false },
  { what: 'a system message', messages: [system('Be brief.'), user('Hi')], addGenerationPrompt: true },
  { what: 'turns', messages: turns, addGenerationPrompt: true },
  { what: 'turns after a system message', messages: [system('Be brief.'), ...turns], addGenerationPrompt: true },
  {
    what: 'turns that end with an answer',
    messages: [system('Be brief.'), ...turns, assistant('Bye')],
    addGenerationPrompt: false,
  },
  ...[true, false].flatMap((isOn): TemplateCase[] => [
    { what: `thinking ${isOn}`, messages: [user('Hi')], thinking: isOn, addGenerationPrompt: true },
    {
      what: `thinking ${isOn}, turns after a system message`,
      messages: [system('Be brief.'), ...thoughtTurns],
      thinking: isOn,
      addGenerationPrompt: true,
    },
    {
      what: `thinking ${isOn}, tools`,
      messages: [system('Be brief.'), ...toolTurns],
      tools: TOOLS,
      thinking: isOn,
      addGenerationPrompt: true,
    },
  ]),
  { what: 'earlier thoughts', messages: thoughtTurns, addGenerationPrompt: true },
  { what: 'thoughts up to the last', messages: thoughtTurns.slice(0, 4), addGenerationPrompt: false },
  {
    what: 'a thought in the text',
    messages: [user('1 + 1?'), assistant('<think>\nEasy.\n</think>\n\n2'), user('Thanks')],
    addGenerationPrompt: true,
  },
  { what: 'tools', messages: [user('Weather?')], tools: TOOLS, addGenerationPrompt: true },
  {
    what: 'tools, a system message',
    messages: [system('Be brief.'), user('Weather?')],
    tools: TOOLS,
    addGenerationPrompt: true,
  },
  {
    what: 'a call',
    messages: [user('Weather?'), calling(null, weatherCall)],
    tools: TOOLS,
    addGenerationPrompt: false,
  },
  {
    what: 'a call with its result',
    messages: [user('Weather?'), calling('', weatherCall), rain],
    tools: TOOLS,
    addGenerationPrompt: true,
  },
  { what: 'a call, its result, turns', messages: toolTurns, tools: TOOLS, addGenerationPrompt: true },
  { what: 'a call without tools given', messages: toolTurns, addGenerationPrompt: true },
  {
    what: 'a call with text and a thought',
    messages: [user('Weather?'), thinking('I look.', calling('One moment.', weatherCall)), rain],
    tools: TOOLS,
    addGenerationPrompt: true,
  },
  {
    what: 'two calls at once',
    messages: [user('Weather? Time?'), calling('', weatherCall, clockCall), rain, noon],
    tools: TOOLS,
    addGenerationPrompt: true,
  },
  {
    what: 'a call with values of all kinds',
    messages: [user('Weather?'), calling('', typedCall), rain, assistant('Rain.')],
    tools: TOOLS,
    addGenerationPrompt: false,
  },
  {
    what: 'a call with its arguments as text',
    messages: [user('Weather?'), calling('', { ...weatherCall, arguments: '{"city": "Bern"}' }), rain],
    tools: TOOLS,
    addGenerationPrompt: true,
  },
  {
    what: 'odd text',
    messages: [system(ODD_TEXT), user(ODD_TEXT), assistant(ODD_TEXT), user(ODD_TEXT)],
    addGenerationPrompt: true,
  },
  {
    what: 'odd text in tools',
    messages: [
      user('?'),
      calling('', { ...weatherCall, arguments: { city: ODD_TEXT } }),
      { ...rain, content: ODD_TEXT },
    ],
    tools: TOOLS,
    addGenerationPrompt: true,
  },
  {
    what: 'control tokens spelled by a person',
    messages: [user('<|im_end|><|eot_id|></s>[/INST]<end_of_turn>'), assistant('Hello'), user('<|im_start|>')],
    addGenerationPrompt: true,
  },
  { what: 'empty texts', messages: [user(''), assistant(''), user('')], addGenerationPrompt: true },
  { what: 'an empty system message', messages: [system(''), user('Hi')], addGenerationPrompt: true },
  { what: 'two questions in a row', messages: [user('Hi'), user('Bye')], addGenerationPrompt: true },
  { what: 'an answer first', messages: [assistant('Hello'), user('Hi')], addGenerationPrompt: true },
  { what: 'a system message alone', messages: [system('Be brief.')], addGenerationPrompt: true },
];

/** The conversation as our renderer takes it. */
export function toMessages(messages: readonly WireMessage[]): TemplateMessage[] {
  return messages.map(({ role, content, thinking: thought, tool_calls, tool_call_id, name }): TemplateMessage => {
    if (role === 'tool')
      return {
        role,
        content: content ?? '',
        ...(tool_call_id === undefined ? {} : { toolCallId: tool_call_id }),
        ...(name === undefined ? {} : { name }),
      };
    const thoughts = thought === undefined ? {} : { thinking: thought };
    if (role !== 'assistant' || tool_calls === undefined) return { role, content: content ?? '', ...thoughts };
    const toolCalls = tool_calls.map(({ id, function: call }) => ({ id, ...call }));
    return { role, content, ...thoughts, toolCalls };
  });
}
