/** An answer held to a form that a person sets: with the server gone and the network off, and nothing asked of either. */
import { look } from './screens.ts';
import { recordRequests } from './record-requests.ts';
import { expect, noiseModel, test } from './site.ts';

const SCHEMA = {
  type: 'object',
  properties: { ok: { type: 'boolean' }, count: { type: 'integer', minimum: 0, maximum: 9 } },
  required: ['ok', 'count'],
};

test('a person has a model of noise answer in JSON, offline and in a worker of its own', async ({
  site,
  person,
  context,
}) => {
  let workers = 0;
  person.page.on('worker', () => workers++);
  await person.open(site.url);
  await person.load(noiseModel('Noise'));
  await person.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await site.close();
  await context.setOffline(true);

  const settings = await person.openSettings();
  await settings.getByLabel('Answer as').selectOption('JSON that fits a schema');
  const field = settings.getByLabel('Schema', { exact: true });
  await field.fill('{ "type": ');
  await expect(settings.getByText('This is not JSON yet:')).toBeVisible();
  await field.fill(JSON.stringify(SCHEMA));
  await expect(settings.getByText('This is not JSON yet:')).toHaveCount(0);
  await field.scrollIntoViewIfNeeded();
  await look(person.page, 'answer-as');
  await person.page.keyboard.press('Escape');
  const before = workers;
  await person.ask('Is it so?');
  expect(workers).toBe(before + 1);
  const answer = JSON.parse(await person.keptAnswer()) as { ok: unknown; count: number };
  expect(typeof answer.ok).toBe('boolean');
  expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]).toContain(answer.count);

  // What the page and the engine bring out of what is kept for the first such answer is there by now.
  const requests = await recordRequests(context);
  await person.ask('Still?');
  expect(JSON.parse(await person.keptAnswer())).toHaveProperty('ok');
  expect(requests).toEqual([]);

  await person.openSettings();
  await field.fill('{ "not": {} }');
  await person.page.keyboard.press('Escape');
  await person.send('And now?');
  await expect(person.alert).toContainText("The schema's /not cannot be held by a grammar");
});
