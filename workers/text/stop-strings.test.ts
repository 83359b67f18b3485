import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StopStrings } from './stop-strings.ts';

function run(stops: readonly string[], pieces: readonly string[]): { text: string; stopped: boolean; shown: string[] } {
  const watcher = new StopStrings(stops);
  const results = pieces.map((piece) => watcher.push(piece));
  const shown = results.map(({ text }) => text);
  return { text: shown.join('') + watcher.flush(), stopped: results.at(-1)?.stopped ?? false, shown };
}

describe('StopStrings', () => {
  it('ends before the stop string, wherever the pieces are cut', () => {
    expect(run(['\nUser:'], ['Hello', '\nUs', 'er: hi'])).toEqual({
      text: 'Hello',
      stopped: true,
      shown: ['Hello', '', ''],
    });
  });

  it('holds back what may become a stop string, and gives it back if it does not', () => {
    expect(run(['abcd'], ['xab', 'c', 'e'])).toEqual({ text: 'xabce', stopped: false, shown: ['x', '', 'abce'] });
    expect(run(['abcd'], ['xabc'])).toEqual({ text: 'xabc', stopped: false, shown: ['x'] });
  });

  it('passes over stop strings that are there already, and finds one that begins at their end', () => {
    const watcher = new StopStrings(['END', '!?']);
    expect([watcher.pass('a END b'), watcher.pass(' E')]).toEqual(['a END b', ' ']);
    expect(watcher.push('ND c')).toEqual({ text: '', stopped: true });
    const undisturbed = new StopStrings(['END']);
    expect([undisturbed.pass('E'), undisturbed.push('xit').text]).toEqual(['', 'Exit']);
  });

  it('takes the stop string that is complete first', () => {
    expect(run(['bcd', 'c'], ['abcd']).text).toBe('ab');
    expect(run(['bc', 'abcd'], ['xabcd']).text).toBe('xa');
    expect(run(['c', 'abc'], ['xabc']).text).toBe('x');
  });

  it('swallows what comes after, and ignores empty stop strings', () => {
    expect(run(['x'], ['ax', 'b', 'c'])).toEqual({ text: 'a', stopped: true, shown: ['a', '', ''] });
    expect(run([''], ['ab'])).toEqual({ text: 'ab', stopped: false, shown: ['ab'] });
  });

  it('gives the same however the text is cut, and never shows what it takes back', () => {
    const letters = fc.constantFrom('a', 'b');
    const stops = fc.array(fc.string({ unit: letters, minLength: 1, maxLength: 4 }), { maxLength: 3 });
    fc.assert(
      fc.property(stops, fc.array(fc.string({ unit: letters, maxLength: 4 })), (watched, pieces) => {
        const whole = pieces.join('');
        const { text, stopped } = run(watched, pieces);
        const letterwise = run(watched, [...whole]);
        expect({ text, stopped }).toEqual({ text: letterwise.text, stopped: letterwise.stopped });
        expect(whole.startsWith(text)).toBe(true);
        expect(stopped).toBe(watched.some((stop) => whole.includes(stop)));
        for (const stop of watched) expect(text).not.toContain(stop);
      }),
      { numRuns: 2_000 },
    );
  });
});
