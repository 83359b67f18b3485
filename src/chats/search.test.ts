import { describe, expect, it } from 'vitest';
import { ChatSearch, snippetOf } from './search.ts';
import { attachment, chat, message } from './testing/samples.ts';

async function searching(...said: [chatId: string, text: string][]): Promise<ChatSearch> {
  const search = new ChatSearch();
  const chats = [...new Set(said.map(([chatId]) => chatId))].map((id) => chat(id, { title: `About ${id}` }));
  await search.follow(
    chats,
    said.map(([chatId, content], index) => message(`${index}`, null, { chatId, content })),
  );
  return search;
}
const chatsOf = (search: ChatSearch, query: string) => search.find(query).map(({ chatId }) => chatId);

describe('ChatSearch', () => {
  it('finds words in any case, without accents, half typed, and all of them', async () => {
    const search = await searching(
      ['food', 'A crème brûlée wants Patience.'],
      ['food', 'And sugar.'],
      ['trains', 'The night train to Vienna wants patience too.'],
    );
    expect(chatsOf(search, 'creme')).toEqual(['food']);
    expect(chatsOf(search, 'PATIENCE').sort()).toEqual(['food', 'trains']);
    expect(chatsOf(search, 'patience vien')).toEqual(['trains']);
    expect(chatsOf(search, 'patience sugar')).toEqual([]);
    expect(chatsOf(search, '   ')).toEqual([]);
  });

  it('finds chats by name, and shows a message before the name', async () => {
    const search = await searching(['gardens', 'Roses'], ['roses', 'Thorns']);
    expect(search.find('thorns')).toMatchObject([{ chatId: 'roses', messageId: '1', count: 1 }]);
    expect(search.find('gardens')).toMatchObject([{ chatId: 'gardens', messageId: null, count: 0 }]);
    expect(chatsOf(search, 'roses').sort()).toEqual(['gardens', 'roses']);
  });

  it('finds words of scripts that put no spaces between them', async () => {
    const search = await searching(['tokyo', '東京の天気はどうですか'], ['other', 'Nothing']);
    expect(chatsOf(search, '天気')).toEqual(['tokyo']);
  });

  it('finds words in what was attached, and files by their names', async () => {
    const search = new ChatSearch();
    const attachments = [attachment('harvest.csv', 'pears,3')];
    await search.follow([chat('a')], [message('1', null, { chatId: 'a', content: 'Add these up.', attachments })]);
    for (const query of ['pears', 'harvest', 'add']) expect(search.find(query)).toMatchObject([{ messageId: '1' }]);
  });

  it('follows what is added, changed and deleted', async () => {
    const search = new ChatSearch();
    const about = chat('a');
    await search.follow([about], [message('1', null, { chatId: 'a', content: 'apples' })]);
    await search.follow([about], [message('1', null, { chatId: 'a', content: 'pears' })]);
    expect(chatsOf(search, 'apples')).toEqual([]);
    expect(chatsOf(search, 'pears')).toEqual(['a']);
    await search.follow([], []);
    expect(chatsOf(search, 'pears')).toEqual([]);
  });
});

describe('snippetOf', () => {
  it('shows what was found with what stands around it', () => {
    const text = `${'before '.repeat(20)}the needle lies here ${'after '.repeat(30)}`;
    const parts = snippetOf(text, ['needle']);
    expect(parts.filter(({ hit }) => hit)).toEqual([{ text: 'needle', hit: true }]);
    const whole = parts.map((part) => part.text).join('');
    expect(whole).toMatch(/^….*the needle lies here.*…$/);
    expect(whole.length).toBeLessThan(160);
  });

  it('shows the beginning where nothing is to be marked', () => {
    expect(snippetOf('Short\ntext', [])).toEqual([{ text: 'Short text', hit: false }]);
    expect(snippetOf('', ['x'])).toEqual([]);
  });
});
