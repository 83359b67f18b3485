/** Exports of other programs for tests, written by hand after their formats. */

/** One conversation as ChatGPT exports it: a hidden system node, a question with a picture, a thought, a tool, two answers. */
export function chatGptConversation(): Record<string, unknown> {
  const node = (id: string, parent: string | null, children: string[], message: unknown) => ({
    id,
    parent,
    children,
    message,
  });
  const said = (role: string, content: unknown, create_time: number | null, more: object = {}) => ({
    author: { role },
    content,
    create_time,
    metadata: {},
    recipient: 'all',
    ...more,
  });
  const text = (...parts: unknown[]) => ({ content_type: 'text', parts });
  return {
    title: 'Boats',
    create_time: 1700000000.25,
    update_time: 1700000100.5,
    current_node: 'a2',
    mapping: {
      root: node('root', null, ['system'], null),
      system: node(
        'system',
        'root',
        ['q'],
        said('system', text('Be brief.'), null, { metadata: { is_visually_hidden_from_conversation: true } }),
      ),
      q: node(
        'q',
        'system',
        ['t', 'a1'],
        said(
          'user',
          { content_type: 'multimodal_text', parts: [{ content_type: 'image_asset_pointer' }, 'What is this?'] },
          1700000001,
        ),
      ),
      t: node(
        't',
        'q',
        ['call'],
        said(
          'assistant',
          { content_type: 'thoughts', thoughts: [{ summary: 'Looking', content: 'It has sails.' }] },
          1700000002,
        ),
      ),
      call: node(
        'call',
        't',
        ['result'],
        said('assistant', { content_type: 'code', text: 'look()' }, 1700000003, { recipient: 'python' }),
      ),
      result: node(
        'result',
        'call',
        ['a2'],
        said('tool', { content_type: 'execution_output', text: 'sails' }, 1700000004),
      ),
      a2: node('a2', 'result', [], said('assistant', text('A boat.'), 1700000005)),
      a1: node('a1', 'q', [], said('assistant', text('A duck.'), 1700000002)),
    },
  };
}

/** One conversation as llama.cpp's web page exports it. */
export function llamaConversation(): { conv: Record<string, unknown>; messages: Record<string, unknown>[] } {
  const message = (id: string, parent: string | null, role: string, content: string, more: object = {}) => ({
    id,
    convId: 'c',
    type: 'text',
    timestamp: 1_750_000_000_000,
    role,
    content,
    parent,
    children: [],
    ...more,
  });
  return {
    conv: { id: 'c', name: 'Cheese', lastModified: 1_750_000_009_000, currNode: 'm3' },
    messages: [
      message('r', null, 'system', '', { type: 'root' }),
      message('m1', 'r', 'user', 'Cheese?', {
        extra: [
          { type: 'TEXT', name: 'list.txt', content: 'Brie' },
          { type: 'IMAGE', name: 'a.png' },
        ],
      }),
      message('m2', 'm1', 'assistant', 'No.', { timestamp: 1_750_000_001_000 }),
      message('m3', 'm1', 'assistant', 'Yes.', { timestamp: 1_750_000_002_000, reasoningContent: 'Hm.' }),
    ],
  };
}
