import { describe, expect, it } from 'vitest';
import { type AnswerPart, ToolCallSplitter } from './tool-calls.ts';

/** What a text is split into, given in pieces of so many units; texts that follow each other are joined. */
function split(text: string, units: number): (string | [id: string, name: string, values: string])[] {
  let count = 0;
  const splitter = new ToolCallSplitter(() => `c${++count}`);
  const parts: AnswerPart[] = [];
  for (let at = 0; at < text.length; at += units) parts.push(...splitter.push(text.slice(at, at + units)));
  parts.push(...splitter.finish());
  const joined: (string | [string, string, string])[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.kind === 'call') joined.push([part.call.id, part.call.function.name, part.call.function.arguments]);
    else if (typeof last === 'string') joined[joined.length - 1] = last + part.text;
    else joined.push(part.text);
  }
  return joined;
}

const CALL = '<tool_call>\n{"name": "now", "arguments": {"in": "Bern", "deep": [1, {"a": null}]}}\n</tool_call>';
const VALUES = '{"in":"Bern","deep":[1,{"a":null}]}';

describe.each([1, 2, 3, 7, 1000])('calls in pieces of %d', (units) => {
  it.each([
    ['none', 'just text', ['just text']],
    ['one', CALL, [['c1', 'now', VALUES]]],
    ['two with text', `Hm.${CALL}\n${CALL}!`, ['Hm.', ['c1', 'now', VALUES], '\n', ['c2', 'now', VALUES], '!']],
    ['no arguments', '<tool_call>{"name":"now"}</tool_call>', [['c1', 'now', '{}']]],
    ['an end of turn for the closing mark', '<tool_call>{"name":"now","arguments":{}}', [['c1', 'now', '{}']]],
    ['half a mark', 'a <tool_ca', ['a <tool_ca']],
    ['marks that only begin alike', '<tool_cat> <<tool_call', ['<tool_cat> <<tool_call']],
    ['broken JSON', '<tool_call>{"name": </tool_call> so', ['<tool_call>{"name": </tool_call> so']],
    ['no name', '<tool_call>{"arguments":{}}</tool_call>', ['<tool_call>{"arguments":{}}</tool_call>']],
    [
      'a list for arguments',
      '<tool_call>{"name":"a","arguments":[]}</tool_call>',
      ['<tool_call>{"name":"a","arguments":[]}</tool_call>'],
    ],
    ['null', '<tool_call>null</tool_call>', ['<tool_call>null</tool_call>']],
    [
      'one behind a broken one',
      `<tool_call>no</tool_call>${CALL}`,
      ['<tool_call>no</tool_call>', ['c1', 'now', VALUES]],
    ],
  ])('%s', (_what, text, expected) => {
    expect(split(text, units)).toEqual(expected);
  });
});
