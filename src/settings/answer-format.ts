/** The form that settings hold answers to. */
import type { AnswerFormat } from '../../workers/protocol/engine.ts';
import type { Settings } from './settings.ts';

/** What the engine is to hold an answer to; `null`: it is text. */
export function formatOf({ answerAs, answerSchema, answerGrammar }: Settings): AnswerFormat | null {
  switch (answerAs) {
    case 'text':
      return null;
    case 'json':
      return { kind: 'json' };
    case 'schema':
      return { kind: 'schema', schema: answerSchema };
    case 'grammar':
      return { kind: 'grammar', grammar: answerGrammar };
  }
}
