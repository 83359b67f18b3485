/** What the finder shows, drawn without a browser; `e2e/find.spec.ts` sees to what happens when it is used. */
import { render } from 'svelte/server';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CATALOG } from '../../catalog/catalog.ts';
import type { ModelSummary } from '../../../workers/protocol/model.ts';
import type { Freehold } from '../../state/freehold.svelte.ts';
import { DeviceOutlook } from '../../state/device-outlook.svelte.ts';
import { type HubSearch, ModelSearch } from '../../state/model-search.svelte.ts';
import { AVAILABLE, modelSummary } from '../../state/testing/samples.ts';
import { storageOf } from '../../state/testing/storage.ts';
import CandidateCard from '../CandidateCard.svelte';
import EntryDetails from './EntryDetails.svelte';
import HubResults from './HubResults.svelte';
import ModelFinder from './ModelFinder.svelte';

/** A device of 4 GB that copies 100 GB a second. */
beforeEach(() => {
  const kept = JSON.stringify({ 'v a d': { copyBytesPerSecond: 100e9, provenBytes: 0 } });
  vi.stubGlobal('localStorage', storageOf(new Map([['freehold.adapters', kept]])));
  vi.stubGlobal('navigator', { deviceMemory: 4 });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function app(gpu: Freehold['engine']['gpu'] = AVAILABLE): Freehold {
  return {
    engine: { gpu, model: null, phase: 'none' },
    library: {
      storage: { usedBytes: 0, quotaBytes: 100e9, persisted: true, neededBytes: 0 },
      ...{ entries: [], transfers: [] },
    },
    settings: { for: () => ({ contextLength: null }) },
    chats: { choices: null },
  } as unknown as Freehold;
}

/** The texts of what is drawn, in one line. */
function texts(body: string): string {
  return body
    .replace(/<!--.*?-->/g, '')
    .replace(/<[^>]+>/g, '|')
    .replace(/\s+/g, ' ')
    .replace(/[| ]*\|[| ]*/g, ' | ')
    .replace(/&lt;/g, '<')
    .replace(/&amp;/g, '&');
}

function details(id: string): string {
  const page = app();
  const device = new DeviceOutlook(page.engine, page.library, () => null);
  const search = new ModelSearch(page.library, device);
  const entry = CATALOG.find((one) => one.id === id)!;
  const ignore = () => undefined;
  return render(EntryDetails, { props: { app: page, search, entry, onshow: ignore, onask: ignore } }).body;
}

it('lists every model with its maker, size, licence and verdict, and links to nothing', () => {
  const { body } = render(ModelFinder, { props: { app: app() } });
  expect(texts(body)).toContain('| 30 models |');
  expect(texts(body)).toContain(
    'Qwen3 8B | by Alibaba (Qwen) · 5 GB · Apache License 2.0 | Too large here | Qwen3 30B A3B Instruct 2507 |',
  );
  expect(body.match(/<details/g)).toHaveLength(CATALOG.length);
  // A host's name is looked up by some browsers as soon as a link to it is there.
  expect(body).not.toMatch(/href|src=/);
});

it('says that nothing can be told where there is no graphics processor', () => {
  const { body } = render(ModelFinder, {
    props: { app: app({ kind: 'unavailable', reason: 'no-webgpu', detail: '' }) },
  });
  expect(texts(body)).toContain('Whether a model fits cannot be told');
  expect(texts(body)).not.toMatch(/Fits|Tight|Too large here|Also show/);
});

it('tells of a model what there is to know, in whose words it is, and what it takes', () => {
  const said = texts(details('qwen3-4b'));
  for (const sentence of [
    'Made by | Alibaba (Qwen), China',
    'Good at | Strong at logic, mathematics and code for its size',
    'Whose outlook it has | Made under China’s rules for AI.',
    'What is asked in return | If you pass it on, add the licence',
    'Q4_K_M, 2.5 GB | Tight',
    'It takes 3.2 GB: more than half of the 4.3 GB of memory that this device has.',
    'weights 2.5 GB, a context of 4,096 tokens 604 MB',
    'About 4.3 to 18 tokens a second.',
    'Smaller, and fits better: | Qwen3 1.7B, Q4_K_M, 1.1 GB |',
    'From huggingface.co, Qwen/Qwen3-4B-GGUF | Look at it',
    'github.com/QwenLM/Qwen3 |',
    'Held against these on November 21, 2026.',
  ])
    expect(said).toContain(sentence);
  expect(details('qwen3-4b').match(/<dd lang="en"/g)).toHaveLength(5);
  expect(details('qwen3-4b')).not.toMatch(/href|src=/);
});

it('offers no model that this page has no use for', () => {
  const said = texts(details('nomic-embed-text-v1-5'));
  expect(said).toContain('This page has no use for it yet.');
  expect(said).not.toMatch(/Look at it|Fits|Tight/);
});

it('shows what the hub has, what it left out, and why it did not answer', () => {
  const draw = (hub: HubSearch) => texts(render(HubResults, { props: { app: app(), hub } }).body);
  const model = { architecture: 'llama', parameters: 1.24e9, contextLength: 1, licence: null, downloads: 12_345 };
  const found = { kind: 'found', words: '<tiny>', models: [{ ...model, repository: 'a/b' }], leftOut: 3 } as const;
  const said = draw(found);
  expect(said).toContain('On huggingface.co, for “<tiny>” | 3 more do not run here, or need an account.');
  expect(said).toContain('a/b | llama · 1.24 billion parameters · names no licence · 12,345 downloads in a month');
  expect(draw({ ...found, models: [] })).toContain('Nothing that runs here was found for these words.');
  expect(draw({ kind: 'asking', words: 'tiny' })).toContain('Searching…');
  expect(draw({ kind: 'failed', words: 'tiny', error: new Error('no answer') })).toContain('no answer');
});

it('says of a model that is looked at whether it fits, in the size that its weights get', () => {
  const summary = modelSummary({
    ...{ fileBytes: 3.2e9, parameters: 1.6e9, quantization: 'F16', contextLength: 8192 },
    sizes: CATALOG.find(({ id }) => id === 'llama-3-2-1b')!.sizes,
  });
  const draw = (summary: ModelSummary) => {
    const candidate = { source: { kind: 'url', url: 'https://a.example/b.gguf' }, summary } as const;
    const page = { ...app(), finder: { offer: null, otherFiles: 0 } } as unknown as Freehold;
    return texts(render(CandidateCard, { props: { app: page, candidate } }).body);
  };
  expect(draw(summary)).toContain(
    'Tight | It takes 3.4 GB: more than half of the 4.3 GB of memory that this device has.',
  );
  // 1.6 billion weights at 4.5 bits each.
  localStorage.setItem('freehold.quantize', JSON.stringify({ [`${summary.fileName} 3200000000`]: 'Q4_0' }));
  expect(draw(summary)).toContain('weights 900 MB, a context of 4,096 tokens 134 MB');
  expect(draw(modelSummary())).not.toMatch(/Fits|Tight|Takes/);
});
