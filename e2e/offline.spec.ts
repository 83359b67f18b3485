/** Nothing is asked of any network while one chats, and nothing needs one after the first load. */
import { isUpdateCheck, recordRequests } from './record-requests.ts';
import { expect, noiseModel, test, trainedModel } from './site.ts';

test('with the server gone and the network off, the page opens, loads its model and talks', async ({
  site,
  person,
  context,
}) => {
  const model = trainedModel()?.upload ?? noiseModel('Noise');
  await person.open(site.url);
  await person.load(model);
  await person.set({ Temperature: '0', 'Longest answer': '16' });
  const online = await person.ask('Once upon a time');
  await person.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));

  await site.close();
  await context.setOffline(true);
  await person.page.reload();
  await person.expectEngine('ready');
  await expect(person.answers).toHaveText([online]);

  const requests = await recordRequests(context);
  await person.button('New chat').click();
  expect(await person.ask('Once upon a time')).toBe(online);
  await person.ask('And then?');
  expect(requests).toEqual([]);
});

test('while the server is there, chatting asks nothing of it', async ({ site, person, context }) => {
  await person.open(site.url);
  await person.load(noiseModel('Noise'));
  await person.set({ 'Longest answer': '16' });
  await person.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const requests = await recordRequests(context);
  const served = site.requests.length;
  await person.ask('Hello');
  await person.ask('And then?');
  await person.button('New chat').click();
  await person.ask('Hello again');
  expect(requests).toEqual([]);
  expect(site.requests.slice(served).filter(({ path }) => !isUpdateCheck(path))).toEqual([]);
  for (const request of site.requests) expect(request.path).toMatch(/^\/some\/where\/freehold\//);
});
