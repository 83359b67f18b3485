/**
 * How tools are told to the model, and how it calls one: the one place that writes either for the corpus. The model's chat
 * template holds TOOLS_TEMPLATE, and a test holds it to be the same as renderTools.
 */

/** What a parameter of a tool may be. */
export interface ParameterSchema {
  readonly type: 'string' | 'number' | 'integer' | 'boolean';
  readonly description?: string;
}

/** A tool as the model is told of it. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly parameters: {
    readonly type: 'object';
    readonly properties: Readonly<Record<string, ParameterSchema>>;
    readonly required: readonly string[];
  };
}

/** What opens a call in the model's answer. */
export const CALL_START = '<tool_call>';
const CALL_END = '</tool_call>';

/**
 * The Jinja that writes the system message of a conversation with tools. Its variables: `tools`, bare or wrapped as
 * `{"type": "function", "function": ...}`, and `system_message`, empty if there is none.
 */
export const TOOLS_TEMPLATE =
  `{{- system_message + '\\n\\n' if system_message else '' }}{{- 'You have these tools:\\n' }}` +
  `{%- for tool in tools %}{{- (tool.function if tool.function is defined else tool) | tojson + '\\n' }}{%- endfor %}` +
  `{{- 'To use one, answer only with ${CALL_START}{"name": ..., "arguments": {...}}${CALL_END}' }}`;

/** The system message of a conversation with these tools, as TOOLS_TEMPLATE writes it. */
export function renderTools(tools: readonly Tool[], systemMessage = ''): string {
  return [
    ...(systemMessage === '' ? [] : [systemMessage, '']),
    'You have these tools:',
    ...tools.map((tool) => pythonJson(tool)),
    `To use one, answer only with ${CALL_START}{"name": ..., "arguments": {...}}${CALL_END}`,
  ].join('\n');
}

/** The assistant's message that calls a tool. */
export function renderCall(name: string, callArguments: Readonly<Record<string, unknown>>): string {
  return `${CALL_START}${pythonJson({ name, arguments: callArguments })}${CALL_END}`;
}

/** JSON on one line with ", " and ": " between, as Python and Jinja's `tojson` write it. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${pythonJson(member)}`);
  return `{${members.join(', ')}}`;
}
