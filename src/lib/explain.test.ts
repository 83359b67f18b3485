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
    const { remedy } = explain(new EngineError('GpuLost', { what: 'The device is gone' }));
    expect(remedy).toContain('Start the model again');
    expect(explain(new EngineError('GpuLost', { what: 'It is gone', remedy: remedy! })).remedy).toBe(null);
  });
  it('shows no name that turns the sentence around', () => {
    expect(explain(new Error('“a\u202Eb” is not here.')).detail).toBe('“ab” is not here.');
  });
  it('knows what browsers say of space and of parts that did not come', () => {
    expect(explain(new DOMException('full', 'QuotaExceededError')).title).toBe('There is not enough space');
    for (const text of [
      'Failed to fetch dynamically imported module: https://example.org/a.js',
      'error loading dynamically imported module: https://example.org/a.js',
      'Importing a module script failed.',
    ])
      expect(explain(new TypeError(text)).title).toBe('A part of this page could not be fetched');
  });
  it('shows anything else as it is', () => {
    expect(explain('boom')).toEqual({ title: 'Something went wrong', detail: 'boom', remedy: null });
    expect(explain(new TypeError('x is not a function')).detail).toBe('x is not a function');
  });
});
