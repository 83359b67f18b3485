import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { builtInPresets } from '../settings/preset.ts';
import { settingProblem } from '../settings/settings.ts';
import { PresetsState } from './presets.svelte.ts';
import { storageOf } from './testing/storage.ts';

let kept: Map<string, string>;

beforeEach(() => {
  kept = new Map();
  vi.stubGlobal('localStorage', storageOf(kept));
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const names = (presets: PresetsState): string[] => presets.own.map(({ name }) => name);

describe('PresetsState', () => {
  it('has built-in ones that set what can be set', () => {
    for (const { settings } of builtInPresets()) {
      const problems = Object.entries(settings).map(([name, value]) =>
        settingProblem(name as keyof typeof settings, value),
      );
      expect(problems.filter((problem) => problem !== null)).toEqual([]);
    }
    expect(new Set(builtInPresets().map(({ id }) => id)).size).toBe(builtInPresets().length);
  });

  it('keeps what is added, under names that are free', () => {
    const [first, second] = new PresetsState().add([
      { name: 'Brief', settings: { seed: 1 } },
      { name: 'Brief', settings: { seed: 2 } },
    ]);
    const again = new PresetsState();
    expect(names(again)).toEqual(['Brief 2', 'Brief 3']);
    expect([again.get(first!.id)?.settings, again.get(second!.id)?.settings]).toEqual([{ seed: 1 }, { seed: 2 }]);
    expect([again.get(null), again.get('gone')]).toEqual([undefined, undefined]);
  });

  it('renames, changes, takes away and brings back a person’s own', () => {
    const presets = new PresetsState();
    const [mine] = presets.add([{ name: 'Mine', settings: { seed: 1 } }]);
    presets.rename(mine!.id, 'Precise');
    presets.replace(mine!.id, { seed: 2 });
    expect(new PresetsState().own).toEqual([{ id: mine!.id, name: 'Precise 2', settings: { seed: 2 } }]);
    presets.remove(mine!.id);
    expect([presets.own, new PresetsState().own]).toEqual([[], []]);
    presets.bringBack(mine!);
    expect(new PresetsState().own).toEqual([mine]);
  });

  it('leaves the built-in ones alone', () => {
    const presets = new PresetsState();
    presets.rename('built-in-brief', 'Mine');
    presets.replace('built-in-brief', {});
    presets.remove('built-in-brief');
    expect(presets.all).toEqual(builtInPresets());
  });

  it('does not lose what another tab added', () => {
    const here = new PresetsState();
    const there = new PresetsState();
    here.add([{ name: 'Here', settings: { seed: 1 } }]);
    there.add([{ name: 'There', settings: { seed: 2 } }]);
    expect(names(new PresetsState())).toEqual(['Here', 'There']);
  });

  it('works on where the browser keeps nothing, and says so', () => {
    vi.unstubAllGlobals();
    const presets = new PresetsState();
    presets.add([{ name: 'Mine', settings: { seed: 1 } }]);
    presets.add([{ name: 'Mine too', settings: { seed: 1 } }]);
    expect([names(presets), presets.kept]).toEqual([['Mine', 'Mine too'], false]);
  });

  it('reads no nonsense', () => {
    kept.set(
      'freehold.presets',
      '[{"id":"a","name":"A","settings":{"seed":"x"}},{"id":"b","name":"B","settings":{"seed":1}}]',
    );
    expect(names(new PresetsState())).toEqual(['B']);
  });
});
