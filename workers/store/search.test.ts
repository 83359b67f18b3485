/** The library's search: of what a hub has, the architectures that this engine runs. */
import { expect, it } from 'vitest';
import { startHub } from '../../tools/servers/hub-server.ts';
import { noise, smallLibrary } from '../../tools/testing/library-case.ts';

it('finds models of every architecture that writes here, and no other', async () => {
  const files = { 'model-Q4_0.gguf': noise(10) };
  const architectures = ['llama', 'gpt-oss', 'qwen3moe', 'mamba', 'nomic-bert'];
  const hub = await startHub(Object.fromEntries(architectures.map((name) => [`tiny/${name}`, files])), {
    listings: Object.fromEntries(architectures.map((name) => [`tiny/${name}`, { gguf: { architecture: name } }])),
  });
  try {
    const { models, leftOut } = await smallLibrary().search({ words: 'tiny', endpoint: hub.endpoint });
    expect(models.map(({ architecture }) => architecture).sort()).toEqual(['gpt-oss', 'llama', 'qwen3moe']);
    expect(leftOut).toBe(2);
  } finally {
    await hub.close();
  }
});
