import { describe, expect, it } from 'vitest';
import { placeIn, withChats } from './merge.ts';
import { chat } from './testing/samples.ts';

const folder = (id: string, name: string) => ({ id, name, createdAt: 0 });

describe('withChats', () => {
  it('replaces by id and adds', () => {
    const list = withChats([chat('a'), chat('b')], [chat('a', { title: 'A' }), chat('c')]);
    expect(list.map(({ id, title }) => id + title)).toEqual(['b', 'aA', 'c']);
  });
});

describe('placeIn', () => {
  it('takes folders by name, and adds those that are not here, once', () => {
    const whole = (id: string, folderId: string | null) => ({ chat: chat(id, { folderId }), messages: [] });
    const chats = [whole('a', '1'), whole('b', '2'), whole('c', '3'), whole('d', null), whole('e', 'gone')];
    const folders = [folder('1', 'Work'), folder('2', 'New'), folder('3', 'New')];
    const placed = placeIn([folder('0', 'Work')], { chats, folders });
    expect(placed.folders).toEqual([folder('2', 'New')]);
    expect(placed.chats.map(({ folderId }) => folderId)).toEqual(['0', '2', '2', null, null]);
  });
});
