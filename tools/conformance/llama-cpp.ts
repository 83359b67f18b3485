/**
 * llama.cpp as an independent implementation: compiled to WASM (npm `@wllama/wllama`), on one CPU thread, in a headless
 * browser, on a page of this machine. It answers with the tokens it chose and its log-probabilities for each, or embeds.
 *
 * Its prompts are strings; whoever compares must tokenize alike. A model that it cannot load is an error here.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { launchOptions } from '../browser.mjs';

/** One generated token and the likeliest at its place; natural logs of the softmax before any sampler. */
export interface ReferenceToken {
  readonly id: number;
  readonly logprob: number;
  /** Likeliest first. */
  readonly top: readonly { readonly id: number; readonly logprob: number }[];
}

/** What to ask. */
interface ReferenceRequest {
  readonly prompt: string;
  readonly tokens: number;
  /** 0 takes the likeliest token; 1 with a seed keeps a random model from repeating itself. */
  readonly temperature?: number;
  readonly seed?: number;
  readonly topCount?: number;
  /** Never sampled: bytes past ASCII alone, which llama.cpp's own JSON refuses. Log-probabilities know nothing of it. */
  readonly excludedIds?: readonly number[];
}

/** What it answered. */
interface ReferenceAnswer {
  readonly promptTokens: number;
  readonly tokens: readonly ReferenceToken[];
}

/** An embedding of length 1, and how many tokens the text was, with those that the model wants around it. */
interface ReferenceEmbedding {
  readonly promptTokens: number;
  readonly embedding: readonly number[];
}

/** A browser with llama.cpp in it. Close it. */
export interface LlamaCpp {
  /** Loads a model, answers, and frees it. The KV cache is F32. */
  answer(model: Uint8Array<ArrayBuffer>, request: ReferenceRequest): Promise<ReferenceAnswer>;
  /** Loads a model, embeds texts, or ids as they are, by the file's own pooling, and frees it. */
  embed(model: Uint8Array<ArrayBuffer>, inputs: readonly (string | readonly number[])[]): Promise<ReferenceEmbedding[]>;
  close(): Promise<void>;
}

interface Completion {
  choices: {
    logprobs: { content: { id: number; logprob: number; top_logprobs: { id: number; logprob: number }[] }[] };
  }[];
  usage: { prompt_tokens: number };
}

interface EmbeddingResponse {
  data: { embedding: number[] }[];
  usage: { prompt_tokens: number };
}

type Answer = (load: object, complete: object) => Promise<Completion>;
type Embed = (load: object, inputs: readonly (string | readonly number[])[]) => Promise<EmbeddingResponse[]>;

const WLLAMA = join(import.meta.dirname, '../../node_modules/@wllama/wllama/esm');
const PAGE = `<!doctype html>
<script type="importmap">{ "imports": { "@wllama/wllama": "/wllama.js" } }</script>
<script type="module" src="/page.js"></script>`;
const FILES: Record<string, { type: string; read: () => Uint8Array | string }> = {
  '/': { type: 'text/html', read: () => PAGE },
  '/page.js': { type: 'text/javascript', read: () => readFileSync(new URL('./llama-cpp-page.mjs', import.meta.url)) },
  '/wllama.js': { type: 'text/javascript', read: () => readFileSync(join(WLLAMA, 'index.js')) },
  '/wllama.wasm': { type: 'application/wasm', read: () => readFileSync(join(WLLAMA, 'wasm/wllama.wasm')) },
};

/** On the CPU, with an exact KV cache: what this compares with must not be rounded. */
const LOAD = {
  n_gpu_layers: 0,
  n_ctx: 512,
  n_parallel: 1,
  cache_type_k: 'f32',
  cache_type_v: 'f32',
  flash_attn: false,
  warmup: false,
};

function completionParameters(request: ReferenceRequest): object {
  const { prompt, tokens, temperature = 0, seed = 1, topCount = 10, excludedIds = [] } = request;
  return {
    prompt,
    max_tokens: tokens,
    n_probs: topCount,
    logprobs: topCount,
    temperature,
    seed,
    top_k: 0,
    top_p: 1,
    min_p: 0,
    ignore_eos: true,
    logit_bias: excludedIds.map((id) => [id, false]),
    cache_prompt: false,
  };
}

/** Starts the browser. Rejects where there is none. */
export async function openLlamaCpp(): Promise<LlamaCpp> {
  let model: Uint8Array = new Uint8Array();
  const server = createServer(({ url = '' }, response) => {
    const file = url === '/model.gguf' ? { type: 'application/octet-stream', read: () => model } : FILES[url];
    if (file) response.writeHead(200, { 'content-type': file.type }).end(file.read());
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const browser = await chromium.launch(launchOptions());
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.waitForFunction(() => 'answer' in globalThis);

  return {
    async answer(bytes, request) {
      model = bytes;
      const completion = await page.evaluate(
        ([load, complete]) => (globalThis as unknown as { answer: Answer }).answer(load, complete),
        [LOAD, completionParameters(request)] as const,
      );
      const content = completion.choices[0]!.logprobs.content;
      return {
        promptTokens: completion.usage.prompt_tokens,
        tokens: content.map(({ id, logprob, top_logprobs }) => ({
          id,
          logprob,
          top: top_logprobs.map((entry) => ({ id: entry.id, logprob: entry.logprob })),
        })),
      };
    },
    async embed(bytes, inputs) {
      model = bytes;
      const responses = await page.evaluate(
        ([load, texts]) => (globalThis as unknown as { embed: Embed }).embed(load, texts),
        [{ ...LOAD, embeddings: true, n_batch: LOAD.n_ctx, n_ubatch: LOAD.n_ctx }, inputs] as const,
      );
      return responses.map(({ data, usage }) => ({
        promptTokens: usage.prompt_tokens,
        embedding: data[0]!.embedding,
      }));
    },
    async close() {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
