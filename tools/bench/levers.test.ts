/** That each lever does what its name says, on a model in software: what it gains there is not the question. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openNodeModel } from '../node-engine.ts';
import { randomModel } from '../testing/random-model.ts';
import { writeGguf } from '../testing/write-gguf.ts';
import { leverContextTokens, type LeverName, measureLevers, type TextName } from './levers.ts';
import { benchModel } from './load-on-device.ts';

const TOKENS = 24;

test(
  'all levers are measured on one device, and what they change shows in the calls',
  { timeout: 480_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'freehold-'));
    const path = join(folder, 'r.gguf');
    writeFileSync(
      path,
      writeGguf(randomModel({ layers: 2, embedding: 64, feedForward: 96, heads: 4, contextLength: 512 })),
    );
    const opened = await openNodeModel(path).catch(() => null);
    if (opened === null) console.warn('SKIPPED: no WebGPU adapter here, no lever was measured.');
    try {
      if (opened === null) return;
      const model = await benchModel(opened, leverContextTokens(TOKENS));
      expect(model.contextLength).toBe(161);
      const { runs, tokensInFlight } = await measureLevers(model, TOKENS, 2);
      expect(runs).toHaveLength(2 * (6 + 3 + 3));
      const of = (lever: LeverName, text: TextName) => runs.find((run) => run.lever === lever && run.text === text)!;
      for (const { tokensPerSecond } of runs) expect(tokensPerSecond).toBeGreaterThan(0);
      const base = of('all on', 'drawn').countsPerToken;
      expect(base).toMatchObject({ submits: 1, passes: 1, maps: 1, buffers: 0, bindGroups: 0 });
      expect(of('no fusion', 'drawn').countsPerToken.dispatches).toBeGreaterThan(base.dispatches);
      expect(tokensInFlight['one token in flight']).toBe(1);
      expect(tokensInFlight['all on']).toBeGreaterThan(1);
      const repeating = of('drafts always', 'repeating');
      expect(repeating.draftedTokens).toBeGreaterThan(TOKENS / 2);
      expect(repeating.acceptedTokens).toBe(repeating.draftedTokens);
      expect(repeating.countsPerToken.submits).toBeLessThan(0.5);
      const drawn = of('drafts always', 'drawn');
      expect(drawn.acceptedTokens).toBeLessThan(TOKENS / 4);
      expect(of('no drafts', 'repeating').draftedTokens).toBe(0);
      expect(model.tuningMs()).toBeGreaterThan(0);
    } finally {
      await opened?.close();
      rmSync(folder, { recursive: true });
    }
  },
);
