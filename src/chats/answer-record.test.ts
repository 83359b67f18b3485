/** What of an answer's outcome is written down, and what of that asks for another one. */
import { expect, test } from 'vitest';
import { result } from '../state/testing/samples.ts';
import type { AnswerRecord } from './chat.ts';
import { DEFAULT_SAMPLER } from '../../workers/protocol/engine.ts';
import { finishRecord, requestOf } from './answer-record.ts';

test('guesses are written down where there were some', () => {
  const record = {} as AnswerRecord;
  const drafts = { draftedTokens: 14, acceptedTokens: 9 };
  expect(finishRecord(record, result('text', drafts))).toMatchObject(drafts);
  expect(finishRecord(record, result('text'))).not.toHaveProperty('draftedTokens');
  expect(finishRecord(record, result('text'))).not.toHaveProperty('acceptedTokens');
});

test('nothing asks past an end of turn, whatever an imported record or preset holds besides', () => {
  const sampler = { ...DEFAULT_SAMPLER, seed: 1 };
  const known = { sampler, stopStrings: [], maxTokens: 8, thinking: null, thinkingEffort: null };
  const imported = { ...known, systemPrompt: '', ignoreEnd: true };
  expect(requestOf(imported)).toEqual({ sampler, stopStrings: [], maxTokens: 8 });
});
