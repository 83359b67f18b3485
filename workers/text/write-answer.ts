/**
 * A thought and an answer as the ids that a model would have written behind its prompt: the way back of the answer
 * splitter. Text is cut into tokens by itself, for that is where the model's own tokens stand: none of them reaches back
 * into the prompt. Marks that are tokens become those tokens; none is made of what a person wrote, added words apart.
 *
 * The white space around tags is that of the families' templates: lines of their own for `<think>`, none for the others.
 */
import type { ThinkingFormat, ThinkingMarks } from './thinking-format.ts';
import type { Tokenizer } from './tokenizer.ts';

/** What is to be written. */
export interface WrittenAnswer {
  /** Empty for none. Open at its end where there is no text. */
  readonly thinking: string;
  readonly text: string;
}

/** A stretch of text, or a mark of the format. */
interface Stretch {
  readonly kind: 'text' | 'mark';
  readonly text: string;
}

const mark = (text: string): Stretch => ({ kind: 'mark', text });
const plain = (text: string): Stretch => ({ kind: 'text', text });

function withTags(
  { open, close, wrappers }: Extract<ThinkingFormat, { kind: 'tags' }>,
  { thinking, text }: WrittenAnswer,
  opened: boolean,
): Stretch[] {
  if (thinking === '' && (text === '' || !opened)) return [plain(text)];
  const line = open === '<think>' ? '\n' : '';
  const begin = opened ? [] : [mark(open), plain(line)];
  if (text === '') return [...begin, plain(thinking)];
  const end = [plain(`${thinking.trimEnd()}${line}`), mark(close), plain(line + line)];
  return [...begin, ...end, ...wrappers.slice(0, 1).map(mark), plain(text)];
}

function inChannels({ thinking, text }: WrittenAnswer): Stretch[] {
  const part = (channel: string, content: string): Stretch[] => [
    mark('<|channel|>'),
    plain(channel),
    mark('<|message|>'),
    plain(content),
  ];
  const thought = thinking === '' ? [] : part('analysis', thinking);
  if (text === '') return thought;
  const between = thinking === '' ? [] : [mark('<|end|>'), mark('<|start|>'), plain('assistant')];
  return [...thought, ...between, ...part('final', text)];
}

/** The ids; `opened` where the prompt ends inside a thought already. Without marks a thought is left out. */
export function writeAnswer(
  answer: WrittenAnswer,
  marks: ThinkingMarks | null,
  opened: boolean,
  tokenizer: Tokenizer,
): number[] {
  const { text } = answer;
  if (marks === null) return tokenizer.encode(text, true);
  const { format, bytesOf } = marks;
  const decoder = new TextDecoder();
  const idOf = new Map([...bytesOf].map(([id, bytes]) => [decoder.decode(bytes), id]));
  const stretches = format.kind === 'tags' ? withTags(format, answer, opened) : inChannels(answer);
  const ids: number[] = [];
  let pending = '';
  const writePending = (): void => {
    for (const id of tokenizer.encode(pending, true)) ids.push(id);
    pending = '';
  };
  for (const stretch of stretches) {
    const id = stretch.kind === 'mark' ? idOf.get(stretch.text) : undefined;
    if (id === undefined) {
      pending += stretch.text;
      continue;
    }
    writePending();
    ids.push(id);
  }
  writePending();
  return ids;
}
