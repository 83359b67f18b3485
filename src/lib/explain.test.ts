import { describe, expect, it } from 'vitest';
import { EngineError, ERROR_CODES } from '../../workers/protocol/errors.ts';
import { explain } from './explain.ts';

describe('explain', () => {
  it('has a heading for every code and keeps the sentence', () => {
    for (const code of ERROR_CODES) {
      const { title, detail } = explain(new EngineError(code, { what: 'The header is wrong', offset: 12 }));
      expect(title).not.toBe('Something went wrong');
      expect(detail).toContain('The header is wrong at byte 12.');
    }
  });
  it('adds what to do where the code has it', () => {
    expect(explain(new EngineError('GpuLost', { what: 'The device is gone' })).detail).toContain(
      'Start the model again',
    );
  });
  it('shows anything else as it is', () => {
    expect(explain('boom')).toEqual({ title: 'Something went wrong', detail: 'boom' });
    expect(explain(new TypeError('x is not a function')).detail).toBe('x is not a function');
  });
});
