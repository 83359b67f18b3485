/** Whether each entry of the catalog is whole, agrees with itself, and names what Freehold runs. No network is asked. */
import { describe, expect, it } from 'vitest';
import { ARCHITECTURES, EXPERT_ARCHITECTURES } from '../../workers/format/architecture-names.ts';
import { CATALOG } from './catalog.ts';
import type { CatalogEntry, CatalogFile, CatalogQuantization } from './entry.ts';

/**
 * Bits a weight that a whole file may take. Q4_K is 4.5, its larger companions Q6_K and Q8_0 are mixed in, and small models
 * have a large vocabulary of them; Q8_0 is 8.5, MXFP4 4.25 with the rest in Q8_0. Above that is metadata.
 */
const BITS: Readonly<Record<CatalogQuantization, readonly [number, number]>> = {
  Q4_K_M: [4.5, 6.5],
  Q8_0: [8.5, 8.8],
  MXFP4: [4.25, 5],
};

const MONTH = /^20\d\d-(0[1-9]|1[0-2])$/;
const SENTENCE = /^\p{Lu}[^\n]+[.]$/u;
const files = CATALOG.flatMap((entry) => entry.files.map((file) => ({ entry, file })));

describe('the catalog', () => {
  it('names each model, each file and each hash once', () => {
    expect(repeated(CATALOG.map(({ id }) => id))).toEqual([]);
    expect(repeated(CATALOG.map(({ name }) => name))).toEqual([]);
    expect(repeated(files.map(({ file }) => `${file.repository}/${file.fileName}`))).toEqual([]);
    expect(repeated(files.flatMap(({ file }) => file.sha256 ?? []))).toEqual([]);
  });

  it('has something for small and large devices, for code, and for search', () => {
    const chat = CATALOG.filter(({ purpose }) => purpose === 'chat');
    expect(chat.some((entry) => (entry.files[0].bytes ?? Infinity) < 500e6)).toBe(true);
    expect(chat.some((entry) => (entry.files[0].bytes ?? 0) > 10e9)).toBe(true);
    expect(CATALOG.filter(({ purpose }) => purpose === 'code')).not.toEqual([]);
    expect(CATALOG.filter(({ purpose }) => purpose === 'embedding')).not.toEqual([]);
  });
});

describe.each(CATALOG.map((entry): [string, CatalogEntry] => [entry.id, entry]))('%s', (_, entry) => {
  it('runs here', () => {
    expect(ARCHITECTURES).toContain(entry.architecture);
    if (entry.activeParameters === undefined) return;
    expect(EXPERT_ARCHITECTURES).toContain(entry.architecture);
    expect(entry.activeParameters).toBeLessThan(entry.parameters);
  });

  it('has sizes that make up its weights', () => {
    const { sizes, parameters } = entry;
    const { layers, embeddingLength, feedForwardLength, heads, kvHeads, headDim, vocabularySize, experts } = sizes;
    // q, k, v and output; gate, up and down; embeddings once or, where the output has its own, twice. Norms are nothing.
    const attention = 2 * embeddingLength * (heads + kvHeads) * headDim;
    const feedForward = 3 * embeddingLength * feedForwardLength * (experts?.count ?? 1);
    const [body, table] = [layers * (attention + feedForward), vocabularySize * embeddingLength];
    const off = [body + table, body + 2 * table].map((sum) => Math.abs(sum / parameters - 1));
    expect(Math.min(...off)).toBeLessThan(0.005);
    expect(experts === null).toBe(entry.activeParameters === undefined);
  });

  it('is marked where it cannot chat', () => {
    const embeds = ['bert', 'nomic-bert'].includes(entry.architecture) || /embed/i.test(entry.name);
    expect(entry.purpose === 'embedding').toBe(embeds);
  });

  it('has every fact in its form', () => {
    expect(entry.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(entry.maker.name).not.toBe('');
    expect(entry.maker.country).toMatch(/^[A-Z]{2}$/);
    expect(entry.contextLength).toBeGreaterThanOrEqual(2048);
    expect(entry.released).toMatch(MONTH);
    if (entry.knowledgeCutoff !== null) {
      expect(entry.knowledgeCutoff).toMatch(MONTH);
      expect(entry.knowledgeCutoff < entry.released).toBe(true);
    }
    expect(repeated(entry.languages)).toEqual([]);
    expect(entry.languages).toEqual(Intl.getCanonicalLocales([...entry.languages]));
    expect(entry.languageCount).toBeGreaterThanOrEqual(Math.max(1, entry.languages.length));
    expect(entry.checkedOn).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  it('says in sentences what it is good at, what not, whose outlook it has and what one may do', () => {
    const { strengths, weaknesses, slant, licence } = entry;
    for (const text of [strengths, weaknesses, slant, licence.allows, licence.conditions])
      expect(text).toMatch(SENTENCE);
    for (const text of [strengths, weaknesses]) expect(text.length).toBeLessThanOrEqual(130);
    expect(licence.name).not.toBe('');
  });

  it('names public sources', () => {
    expect(entry.sources).not.toEqual([]);
    expect(repeated(entry.sources)).toEqual([]);
    for (const url of [...entry.sources, entry.licence.url]) expect(new URL(url).protocol).toBe('https:');
  });

  it.each(entry.files.map((file): [string, CatalogFile] => [file.fileName, file]))('has a file %s', (_name, file) => {
    expect(file.repository).toMatch(/^[\w.-]+\/[\w.-]+$/);
    expect(file.fileName).toMatch(/^[\w.-]+\.gguf$/);
    expect(file.fileName.toUpperCase()).toContain(file.quantization);
    if (file.commit !== null) expect(file.commit).toMatch(/^[0-9a-f]{40}$/);
    if (file.sha256 !== null) expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
    if (file.bytes === null) return;
    const [least, most] = BITS[file.quantization];
    const bits = (file.bytes * 8) / entry.parameters;
    expect(bits).toBeGreaterThan(least);
    expect(bits).toBeLessThan(most);
  });
});

function repeated(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}
