/** The library build as another page uses it: chat completions, embeddings, and sessions in the Prompt API's shape. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Page, test as base } from '@playwright/test';
import type * as Library from '../api/freehold.ts';
import { type ServedFolder, serveFolder } from '../tools/servers/static-server.ts';
import { randomModel } from '../tools/testing/random-model.ts';
import { scriptedModel } from '../tools/testing/scripted-model.ts';
import { writeGguf } from '../tools/testing/write-gguf.ts';
import { expect, type ModelUpload, noiseModel, upload } from './site.ts';

const ROOT = join(import.meta.dirname, '..');
const LIBRARY = join(ROOT, 'dist-lib');

/** What the example page leaves in its window, and what these tests keep there. */
type PageWindow = typeof globalThis &
  typeof Library & { freehold: Library.Freehold; models: Record<string, Library.Freehold> };

/** Answers every question with a call, and writes the tools that it is given. */
function callingModel(): ModelUpload {
  const script = ['<|assistant|>', '<tool_call>', '{"name":"weather","arguments":{"city":"Bern"}}', '</tool_call>'];
  const template =
    '{% if tools %}{{ tools | tojson }}{% endif %}' +
    '{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}<|assistant|>';
  const model = scriptedModel({ name: 'Caller', script: [...script, '<|end|>'], userDefined: [], template });
  return upload('caller.gguf', writeGguf(model));
}

function embeddingModel(): ModelUpload {
  const sizes = { layers: 2, embedding: 64, feedForward: 96, heads: 4, kvHeads: 4, contextLength: 48 };
  const metadata = { 'bert.pooling_type': 1, 'bert.attention.causal': false };
  return upload('bert.gguf', writeGguf(randomModel({ architecture: 'bert', name: 'Small BERT', ...sizes, metadata })));
}

const test = base.extend<object, { host: ServedFolder }>({
  host: [
    async ({}, use) => {
      expect(existsSync(LIBRARY), '`npm run build:lib` comes first').toBe(true);
      const folder = mkdtempSync(join(tmpdir(), 'freehold-api-'));
      cpSync(join(ROOT, 'e2e/api'), folder, { recursive: true });
      cpSync(LIBRARY, folder, { recursive: true });
      // A page with no policy, for what the example's does not allow.
      const page = readFileSync(join(folder, 'index.html'), 'utf8');
      writeFileSync(join(folder, 'bare.html'), page.replace(/<meta\s+http-equiv[^>]*>/, ''));
      mkdirSync(join(folder, 'models'));
      for (const { name, buffer } of [noiseModel('noise'), callingModel(), embeddingModel()])
        writeFileSync(join(folder, 'models', name), buffer);
      const host = await serveFolder({ root: folder, basePath: '/of/others/', forAll: true });
      await use(host);
      await host.close();
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
});

/** Opens the example page and loads a model of the folder by its address. */
async function load(page: Page, host: ServedFolder, name: string): Promise<void> {
  await page.goto(host.url);
  await page.evaluate(async (model) => {
    const { createFreehold } = globalThis as PageWindow;
    (globalThis as PageWindow).freehold = await createFreehold({ model });
  }, `models/${name}`);
}

test('the example page uses each', async ({ page, host }) => {
  const [status, output] = [page.locator('p[role=status]'), page.locator('output')];
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(host.url);
  await page.getByLabel('Chat model').setInputFiles(noiseModel('noise'));
  await page.getByLabel('Embedding model').setInputFiles(embeddingModel());
  await page.getByRole('button', { name: 'Answer' }).click();
  await expect(status).toHaveText('done');
  const answer = (await output.textContent())!;
  expect(answer.length).toBeGreaterThan(8);
  await page.getByRole('button', { name: 'Stream' }).click();
  await expect(status).toHaveText('done');
  await expect(output).toHaveText(answer);
  await page.getByRole('button', { name: 'Ask a session' }).click();
  await expect(status).toHaveText('done');
  expect((await output.textContent())!.length).toBeGreaterThan(40);
  await page.getByRole('button', { name: 'Embed', exact: true }).click();
  await expect(status).toHaveText('done');
  await expect(output).toHaveText(/^64 numbers, cosine -?[01]\.\d{3}$/);
  await page.getByLabel('Text').fill('long '.repeat(60));
  await page.getByRole('button', { name: 'Embed', exact: true }).click();
  await expect(status).toHaveText(/^ContextFull: The text is longer than what is embedded at once/);

  const { plain, packed, chatError } = await page.evaluate(async () => {
    const freehold = (globalThis as PageWindow).models['embedding-model']!;
    const plain = await freehold.embeddings.create({ input: ['the sea', 'a hill', 'the sea'] });
    const packed = await freehold.embeddings.create({ input: 'the sea', encoding_format: 'base64' });
    const chatError = await freehold.chat.completions
      .create({ messages: [{ role: 'user', content: 'Hi' }] })
      .catch(({ code }: Library.FreeholdError) => code);
    return { plain, packed, chatError };
  });
  expect(chatError).toBe('FileUnsupported');
  expect(plain).toMatchObject({
    object: 'list',
    model: 'Small BERT',
    data: [{ index: 0 }, { index: 1 }, { index: 2 }],
  });
  expect(plain.usage.prompt_tokens).toBeGreaterThan(6);
  const [sea, hill, seaAgain] = plain.data.map(({ embedding }) => embedding as number[]);
  expect(sea).toHaveLength(64);
  expect(Math.hypot(...sea!)).toBeCloseTo(1, 5);
  expect(seaAgain).toEqual(sea);
  expect(hill).not.toEqual(sea);
  const bytes = Uint8Array.from(Buffer.from(packed.data[0]!.embedding as string, 'base64'));
  expect([...new Float32Array(bytes.buffer)]).toEqual(sea);
  expect(errors).toEqual([]);
});

test('answers are held to a schema, in both shapes, and a schema that cannot be held is refused', async ({
  page,
  host,
}) => {
  await load(page, host, 'noise.gguf');
  const seen = await page.evaluate(async () => {
    const { freehold } = globalThis as PageWindow;
    const schema = {
      type: 'object',
      properties: { city: { enum: ['Bern', 'Rome'] }, warm: { type: 'boolean' } },
      required: ['city', 'warm'],
      additionalProperties: false,
    };
    const ask = (schema: Library.ChatCompletionRequest['response_format']) =>
      freehold.chat.completions.create({
        messages: [{ role: 'user', content: 'Where?' }],
        seed: 4,
        max_tokens: 200,
        response_format: schema!,
      });
    const held = await ask({ type: 'json_schema', json_schema: { name: 'place', schema } });
    const session = await freehold.LanguageModel.create();
    const prompted = await session.prompt('Where?', { responseConstraint: schema });
    const refused = await ask({ type: 'json_schema', json_schema: { name: 'no', schema: { type: 'city' } } }).catch(
      ({ code, message }: Library.FreeholdError) => ({ code, message }),
    );
    return { choice: held.choices[0], prompted, refused };
  });
  expect(seen.choice.finish_reason).toBe('stop');
  for (const text of [seen.choice.message.content!, seen.prompted]) {
    const { city, warm } = JSON.parse(text) as { city: string; warm: boolean };
    expect(['Bern', 'Rome']).toContain(city);
    expect(typeof warm).toBe('boolean');
  }
  expect(seen.refused).toMatchObject({ code: 'SettingInvalid' });
  expect((seen.refused as { message: string }).message).toContain('city');
});

test('chat completions: the same by seed, whole and streamed, stopped, and with probabilities', async ({
  page,
  host,
}) => {
  await load(page, host, 'noise.gguf');
  const seen = await page.evaluate(async () => {
    const { createLanguageModel, freehold } = globalThis as PageWindow;
    const { completions } = freehold.chat;
    const stored = await createLanguageModel({ model: freehold.id }).availability();
    const messages = [{ role: 'user', content: 'Hi' }] as const;
    const asked = { messages, max_tokens: 12, seed: 3, temperature: 1, user: 'me' } as const;
    const first = await completions.create(asked);
    const again = await completions.create(asked);
    const told = await completions.create({ ...asked, logprobs: true, top_logprobs: 3 });
    const whole = first.choices[0].message.content!;
    const stop = whole.slice(4, 7);
    const stopped = await completions.create({ ...asked, stop });
    const chunks: Library.ChatCompletionChunk[] = [];
    const stream = await completions.create({
      ...asked,
      stream: true,
      logprobs: true,
      stream_options: { include_usage: true },
    });
    for await (const chunk of stream) chunks.push(chunk);

    const endless = await completions.create({ messages, seed: 1, stream: true });
    for await (const { choices } of endless) if (choices[0]?.delta.content) break;
    // The engine is free again at once, though the answer would have filled the context.
    const after = await completions.create({ messages, max_tokens: 1, seed: 1 });
    const controller = new AbortController();
    const aborted = completions.create({ messages, seed: 1 }, { signal: controller.signal });
    controller.abort();
    const abortName = await aborted.catch((error: Error) => error.name);
    const refusal = await completions
      .create({ messages, logit_bias: { 5: 1 } } as unknown as Library.ChatCompletionRequest & { stream: false })
      .catch(({ name, code, type, param, message }: Library.FreeholdError) => ({ name, code, type, param, message }));
    return { first, again, told, stop, stopped, chunks, after, abortName, refusal, stored, model: freehold.model.name };
  });
  const { first, again, told, stop, stopped, chunks, after } = seen;
  const whole = first.choices[0].message.content!;
  expect(first).toMatchObject({
    object: 'chat.completion',
    model: seen.model,
    choices: [{ index: 0, message: { role: 'assistant', refusal: null }, logprobs: null, finish_reason: 'length' }],
    usage: { completion_tokens: 12, total_tokens: first.usage.prompt_tokens + 12 },
  });
  expect(again.choices).toEqual(first.choices);
  expect(again.usage.prompt_tokens_details.cached_tokens).toBe(first.usage.prompt_tokens - 1);

  expect(stopped.choices[0]).toMatchObject({ finish_reason: 'stop' });
  expect(stopped.choices[0].message.content).toBe(whole.slice(0, whole.indexOf(stop)));

  expect(told.choices[0].message.content).toBe(whole);
  const places = told.choices[0].logprobs!.content;
  expect(places).toHaveLength(12);
  const bytes = places.flatMap(({ bytes }) => bytes!);
  expect(new TextDecoder().decode(Uint8Array.from(bytes)).trimStart()).toBe(whole.trimStart());
  for (const { logprob, top_logprobs: top } of places) {
    expect(top).toHaveLength(3);
    expect(top.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0)).toBeLessThanOrEqual(1 + 1e-6);
    expect(top[0]!.logprob).toBeGreaterThanOrEqual(top[1]!.logprob);
    expect(top[0]!.logprob).toBeGreaterThanOrEqual(logprob);
  }

  expect(chunks[0]!.choices[0]!.delta).toEqual({ role: 'assistant', content: '' });
  expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(whole);
  const streamedPlaces = chunks.flatMap(({ choices }) => choices[0]?.logprobs?.content ?? []);
  expect(streamedPlaces.map(({ logprob }) => logprob)).toEqual(places.map(({ logprob }) => logprob));
  expect(chunks.at(-2)!.choices[0]).toMatchObject({ delta: {}, finish_reason: 'length' });
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 12 } });
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);

  expect(seen.stored).toBe('available');
  expect(after.usage.completion_tokens).toBe(1);
  expect(seen.abortName).toBe('AbortError');
  expect(seen.refusal).toEqual({
    name: 'FreeholdError',
    code: 'SettingInvalid',
    type: 'invalid_request_error',
    param: 'logit_bias',
    message: 'The field "logit_bias" is not supported. Leave it out: the sampler biases no single tokens.',
  });
});

test('tools go through the template, and calls come back as calls', async ({ page, host }) => {
  await load(page, host, 'caller.gguf');
  const [answer, chunks, plain] = await page.evaluate(async () => {
    const { completions } = (globalThis as PageWindow).freehold.chat;
    const messages = [{ role: 'user', content: 'Rain?' }] as const;
    const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }] as const;
    const chunks: Library.ChatCompletionChunk[] = [];
    const stream = await completions.create({ messages, tools, temperature: 0, stream: true });
    for await (const chunk of stream) chunks.push(chunk);
    const plain = await completions.create({ messages, temperature: 0 });
    return [await completions.create({ messages, tools, temperature: 0 }), chunks, plain] as const;
  });
  const called = { type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } };
  expect(answer.choices[0]).toMatchObject({
    message: { content: null, tool_calls: [called] },
    finish_reason: 'tool_calls',
  });
  expect(chunks.flatMap(({ choices }) => choices[0]!.delta.tool_calls ?? [])).toMatchObject([{ index: 0, ...called }]);
  expect(chunks.at(-1)!.choices[0]!.finish_reason).toBe('tool_calls');
  // Who gives no tools gets the text as it is, and the template then wrote none.
  expect(plain.choices[0].message.content).toBe(
    '<tool_call>{"name":"weather","arguments":{"city":"Bern"}}</tool_call>',
  );
  expect(answer.usage.prompt_tokens).toBeGreaterThan(plain.usage.prompt_tokens + 20);
});

test('sessions in the Prompt API’s shape', async ({ page, host }) => {
  await page.goto(host.url);
  const seen = await page.evaluate(async () => {
    const { createLanguageModel } = globalThis as PageWindow;
    const LanguageModel = createLanguageModel({ model: 'models/noise.gguf', contextLength: 128 });
    const before = await LanguageModel.availability();
    const progress: number[] = [];
    const session = await LanguageModel.create({
      initialPrompts: [{ role: 'system', content: 'Be brief.' }],
      seed: 5,
      monitor: (monitor) => {
        monitor.addEventListener('downloadprogress', (event) => progress.push((event as ProgressEvent).loaded));
      },
    });
    const after = await LanguageModel.availability();
    const empty = session.contextUsage;
    const measured = await session.measureContextUsage('Hello');
    // A model of random weights never ends its turn by itself: it fills the context.
    const full = await session.prompt('Hello');
    const used = session.contextUsage;
    const overflow = await session.prompt('More').catch(({ code }: Library.FreeholdError) => code);

    const short = await LanguageModel.create({ seed: 5 });
    await short.append([
      { role: 'user', content: 'One' },
      { role: 'assistant', content: 'Two' },
    ]);
    const appended = short.contextUsage;
    const twin = await short.clone();
    await twin.append('Three');
    const [untouched, grown] = [short.contextUsage, twin.contextUsage];
    const answers = await Promise.all([short.prompt('Four'), twin.prompt('Four')]);

    const streaming = await LanguageModel.create({ seed: 5 });
    let streamed = '';
    const controller = new AbortController();
    const aborted = await (async () => {
      for await (const piece of streaming.promptStreaming('Hello', { signal: controller.signal })) {
        streamed += piece;
        controller.abort();
      }
      return 'ended';
    })().catch((error: Error) => error.name);
    const running = streaming.prompt('Hello').catch((error: Error) => error.name);
    streaming.destroy();
    const late = await streaming.prompt('Hello').catch((error: Error) => error.name);
    LanguageModel.close();
    return {
      availability: [before, after, await LanguageModel.availability()],
      nowhere: await createLanguageModel({ model: '0'.repeat(64) }).availability(),
      ...{ progress, empty, measured, full, used, overflow, appended, untouched, grown, answers, streamed, aborted },
      destroyed: [await running, late],
    };
  });
  expect(seen.availability).toEqual(['downloadable', 'available', 'available']);
  expect(seen.nowhere).toBe('unavailable');
  expect(seen.progress.at(-1)).toBe(1);
  expect(seen.empty).toBeGreaterThan(3);
  expect(seen.measured).toBeGreaterThan(3);
  expect(seen.full.length).toBeGreaterThan(40);
  expect(seen.used).toBe(128);
  expect(seen.overflow).toBe('ContextFull');
  expect(seen.untouched).toBe(seen.appended);
  expect(seen.grown).toBeGreaterThan(seen.appended);
  expect(seen.answers[0]).not.toBe(seen.answers[1]);
  expect(seen.streamed.length).toBeGreaterThan(0);
  expect(seen.aborted).toBe('AbortError');
  expect(seen.destroyed).toEqual(['AbortError', 'InvalidStateError']);
});

test('from another origin the worker starts by a blob that imports it', async ({ page, host }) => {
  const other = host.url.replace('127.0.0.1', 'localhost');
  await page.goto(`${host.url}bare.html`);
  const available = await page.evaluate(
    (workerUrl) =>
      (globalThis as PageWindow).createLanguageModel({ model: 'models/noise.gguf', workerUrl }).availability(),
    `${other}freehold.worker.js`,
  );
  expect(available).toBe('downloadable');
  await expect.poll(() => page.workers().length).toBe(0);
});

test('the types are whole: a strict compiler takes a page that uses them, and needs no package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'freehold-types-'));
  cpSync(LIBRARY, folder, { recursive: true });
  const page = `import { createFreehold, createLanguageModel, FreeholdError } from './freehold.js';
const freehold = await createFreehold({ model: new Blob(), onProgress: ({ phase }) => phase.length });
const answer = await freehold.chat.completions.create({ messages: [{ role: 'user', content: 'Hi' }] });
const text: string | null = answer.choices[0].message.content;
for await (const { choices } of await freehold.chat.completions.create({ messages: [], stream: true }))
  console.log(text, choices[0]?.delta.content?.length);
const session = await createLanguageModel({ model: 'a.gguf' }).create();
for await (const piece of session.promptStreaming('Hi')) console.log(piece.length);
const vector: readonly number[] | string | undefined = (await freehold.embeddings.create({ input: 'a' })).data[0]?.embedding;
console.log(vector, new FreeholdError('NotFound', '').code === 'NotFound');
// @ts-expect-error: not supported
await freehold.chat.completions.create({ messages: [], n: 2 });
export {};
`;
  writeFileSync(join(folder, 'page.ts'), page);
  const compilerOptions = {
    ...{ noEmit: true, strict: true, exactOptionalPropertyTypes: true, types: [] },
    ...{ target: 'es2024', module: 'nodenext', lib: ['es2024', 'dom', 'dom.iterable', 'dom.asynciterable'] },
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['page.ts'] }));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
  rmSync(folder, { recursive: true, force: true });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});
