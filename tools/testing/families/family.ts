/**
 * A family's template in words of ours, and the messages that all families are tried on. Each file beside this one is one
 * family: a template with the constructs that its published one is made of, and the text that the family's format asks for.
 * The templates are shorter than the published ones, with other system sentences; what they write around the turns are the
 * facts of each format, from the models' cards.
 */

/** A message as templates see it. */
type TemplateMessage = Readonly<Record<string, unknown>>;

/** One conversation and what the format makes of it. */
interface FamilyCase {
  readonly what: string;
  readonly messages: readonly TemplateMessage[];
  /** Template variables besides the messages; the generation prompt is asked for unless this says otherwise. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** What is written; a pattern is what the template raises. */
  readonly expected: string | RegExp;
}

/** A family's template with its cases. */
export interface FamilyTemplate {
  readonly family: string;
  readonly bos: string;
  readonly eos: string;
  readonly template: string;
  readonly cases: readonly FamilyCase[];
}
/** A system message. */
export const system = { role: 'system', content: 'Be brief.' };
/** A question. */
export const user = { role: 'user', content: 'Hi' };
/** An answer. */
export const assistant = { role: 'assistant', content: 'Hello' };
/** A second question. */
export const next = { role: 'user', content: 'Bye' };
/** Two questions and an answer, after a system message. */
export const dialogue = [system, user, assistant, next];
/** What a model may call. */
export const tools = [
  {
    type: 'function',
    function: {
      name: 'weather',
      description: 'Weather of a city',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
];
/** An answer that calls a tool. */
export const call = {
  role: 'assistant',
  content: '',
  tool_calls: [{ type: 'function', id: 'abcdefghi', function: { name: 'weather', arguments: { city: 'Bern' } } }],
};
/** What the tool gave back. */
export const toolResult = { role: 'tool', content: 'rain', tool_call_id: 'abcdefghi' };
/** The tool as JSON, as Python writes it. */
export const TOOL_JSON =
  '{"type": "function", "function": {"name": "weather", "description": "Weather of a city", "parameters": ' +
  '{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}';
