/** What of an answer's outcome is written down. */
import { expect, test } from 'vitest';
import { result } from '../state/testing/samples.ts';
import type { AnswerRecord } from './chat.ts';
import { finishRecord } from './answer-record.ts';

test('guesses are written down where there were some', () => {
  const record = {} as AnswerRecord;
  const drafts = { draftedTokens: 14, acceptedTokens: 9 };
  expect(finishRecord(record, result('text', drafts))).toMatchObject(drafts);
  expect(finishRecord(record, result('text'))).not.toHaveProperty('draftedTokens');
  expect(finishRecord(record, result('text'))).not.toHaveProperty('acceptedTokens');
});
