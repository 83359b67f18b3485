import { describe, expect, it } from 'vitest';
import { runTemplate } from '../../../../workers/text/run-template.ts';
import { toolCases } from '../../evaluation/tools.ts';
import type { Conversation } from '../example.ts';
import { Random } from '../random.ts';
import { readLines } from '../read-text.ts';
import { renderCall, renderTools, TOOLS_TEMPLATE, type Tool } from '../tools-prompt.ts';
import { calculate } from './tools/calculate.ts';
import { drawTool, TOOL_IDS } from './tools/tool-list.ts';
import { tools } from './tools.ts';

const CONVERSATIONS = Array.from({ length: 2000 }, (_, seed) => tools.generate(new Random(seed)));
const CALL = /^<tool_call>(\{.*\})<\/tool_call>$/u;

interface Call {
  readonly name: string;
  readonly arguments: Readonly<Record<string, string | number | boolean>>;
}

/** All calls, with the question before each, the result after it and the answer made of it. */
function calls(): { given: string; asked: string; call: Call; result: string; answer: string }[] {
  return CONVERSATIONS.flatMap((turns) =>
    turns.flatMap(({ content }, at) => {
      const call = CALL.exec(content);
      if (!call) return [];
      const [asked, result, answer] = [turns[at - 1]!, turns[at + 1]!, turns[at + 2]!].map((turn) => turn.content) as [
        string,
        string,
        string,
      ];
      return [{ given: turns[0]!.content, asked, call: JSON.parse(call[1]!) as Call, result, answer }];
    }),
  );
}

function inOrder(turns: Conversation): boolean {
  const roles = turns.map(({ role }) => role[0]).join('');
  return /^s(?:u(?:at)?a)+$/u.test(roles);
}

describe('the tools prompt', () => {
  it('is what the chat template writes', () => {
    const random = new Random(1);
    const given: Tool[] = TOOL_IDS.map((id) => drawTool(random, id).tool);
    const wrapped = given.map((one) => ({ type: 'function', function: one }));
    for (const [listed, message] of [
      [given, ''],
      [given, 'Be brief.'],
      [wrapped, 'It\'s <b> & "c".'],
    ] as const) {
      const written = runTemplate(TOOLS_TEMPLATE, { tools: listed, system_message: message }, 100_000);
      expect(written).toBe(renderTools(given, message));
    }
  });

  it('writes calls as the model has to', () => {
    expect(renderCall('calculator', { expression: '12 * 7' })).toBe(
      '<tool_call>{"name": "calculator", "arguments": {"expression": "12 * 7"}}</tool_call>',
    );
    expect(renderCall('clock', {})).toBe('<tool_call>{"name": "clock", "arguments": {}}</tool_call>');
  });
});

describe('the tools skill', () => {
  it('makes well formed conversations', () => {
    for (const turns of CONVERSATIONS) {
      expect(inOrder(turns)).toBe(true);
      const text = turns.map(({ content }) => content).join('\n');
      expect(text.length).toBeLessThan(3000);
      expect(text).not.toMatch(/undefined|NaN|\{[a-z]\w*\}|\u0000/u);
      expect(turns.every(({ content }) => content.trim() !== '')).toBe(true);
    }
  });

  it('makes the same of the same seed', () => {
    expect(tools.generate(new Random(7))).toEqual(tools.generate(new Random(7)));
  });

  it('describes tools briefly', () => {
    const random = new Random(2);
    for (const id of TOOL_IDS) expect(JSON.stringify(drawTool(random, id).tool).length).toBeLessThan(350);
  });

  it('calls only tools that are there, with what the question says', () => {
    const made = calls();
    expect(made.length).toBeGreaterThan(1500);
    for (const { given, asked, call } of made) {
      expect(given).toContain(`{"name": "${call.name}", `);
      for (const [key, value] of Object.entries(call.arguments)) {
        expect(given).toContain(`"${key}": {"type"`);
        const copied = key !== 'expression' && typeof value !== 'boolean' && value !== 1;
        if (copied) expect(asked.toLowerCase()).toContain(String(value).toLowerCase());
      }
    }
  });

  it('works out right, and says what the tool said', () => {
    const sums = calls().filter(({ call, result }) => call.name === 'calculator' && !result.includes('rror'));
    for (const { call, result, answer } of sums) {
      const value = calculate(String(call.arguments['expression']));
      expect(Number(result.replace(/[^-.\d]/gu, ''))).toBeCloseTo(value, 6);
      expect(answer).toContain(String(value));
    }
    expect(calculate('2 + 3 * (4 - 1) ^ 2 / sqrt(9)')).toBe(11);
    expect(() => calculate('2 +')).toThrow();
  });
});

describe('the evaluation of tools', () => {
  it('asks what was never trained on', () => {
    const cases = toolCases();
    expect(cases.length).toBeGreaterThanOrEqual(120);
    expect(cases).toEqual(toolCases());
    const said = new Set(CONVERSATIONS.flatMap((turns) => turns.map(({ content }) => content.toLowerCase())));
    for (const { messages } of cases) {
      expect(said.has(messages.at(-1)!.content.toLowerCase())).toBe(false);
      expect(messages.at(-1)!.role).toBe('user');
    }
  });

  it('asks in words that the corpus does not have', () => {
    const plain = (frame: string): string => frame.replace(/[[\]?.!]/gu, '').toLowerCase();
    const asked = readLines('../../evaluation/text/tool-calls.txt').map((line) => plain(line.replace(/^\S+: /u, '')));
    const talk = readLines('../../evaluation/text/tool-talk.txt').map((line) => plain(line.replace(/^\? /u, '')));
    const files = ['calculator', 'clock', 'convert_units', 'search_documents', 'others', 'talk'];
    const corpus = files
      .flatMap((name) => readLines(`tools/${name}.txt`))
      .map((line) => plain(line.replace(/^\? /u, '')));
    const known = new Set(corpus.filter((line) => !line.startsWith('##')));
    expect([...asked, ...talk].filter((frame) => known.has(frame))).toEqual([]);
  });
});
