/**
 * Which room may import which, for dependency-cruiser: data goes one way, from the page through the protocol and from the
 * workers down to the shaders. TypeScript's project references keep the page, the workers and the shaders apart; this
 * also keeps the rooms inside `workers/` and `src/` apart. Tests may import what they need, but nothing imports a test.
 */

const test = '\\.(test|spec)\\.ts$';
const packages = (...names) => `^node_modules/(${names.join('|')})/`;

/** Paths a room may import, itself included; types from the platform do not count. */
const rooms = {
  '^shaders/': [],
  '^workers/protocol/': [],
  '^workers/source/': ['^workers/protocol/'],
  '^workers/ledger/': ['^workers/(protocol|source)/', packages('idb')],
  '^workers/store/': ['^workers/(protocol|source)/', '^workers/format/', packages('idb-keyval', 'hash-wasm')],
  '^workers/hashing/': ['^workers/(protocol|store)/', '^workers/hashing\\.worker\\.ts$', packages('comlink')],
  '^workers/grammar/': [
    '^workers/(protocol|sample)/',
    '^workers/grammar\\.worker\\.ts$',
    packages('comlink', '@mlc-ai'),
  ],
  '^workers/format/': ['^workers/(protocol|source)/'],
  '^workers/text/': ['^workers/(protocol|format)/', packages('@huggingface')],
  '^workers/gpu/': ['^workers/protocol/', '^shaders/'],
  '^workers/graph/': ['^workers/(protocol|gpu)/', '^shaders/'],
  '^workers/models/': ['^workers/(protocol|gpu|graph|format|source)/', '^shaders/'],
  '^workers/sample/': ['^workers/(protocol|gpu|graph)/', '^shaders/'],
  '^workers/engines/transformers/': [
    '^workers/(protocol|source|store|format|text|gpu|sample|engines)/',
    '^shaders/',
    packages('@huggingface/transformers', 'onnxruntime-web'),
  ],
  '^workers/engines/(?!transformers/)': [
    '^workers/(protocol|source|store|format|text|gpu|graph|models|sample|engines)/',
    '^shaders/',
  ],
  '^workers/[^/]+\\.worker\\.ts$': [
    '^workers/(protocol|engines|ledger|hashing|grammar|sample|store|source|format)/',
    packages('comlink', 'hash-wasm', 'pdfjs-dist'),
  ],
  '^src/engine/': ['^workers/protocol/', '^workers/[^/]+\\.worker\\.ts', packages('comlink')],
  '^api/': ['^workers/protocol/', '^src/engine/(link|start-worker)\\.ts$', packages('comlink')],
  '^src/attachments/': ['^workers/protocol/', '^src/(engine|lib|paraglide)/', packages('pdfjs-dist')],
  '^src/settings/': ['^workers/protocol/', '^src/(lib|paraglide)/'],
  '^src/ledger/': ['^workers/protocol/', packages('idb')],
  '^src/disk/': ['^workers/protocol/', packages('idb')],
  '^src/handover/': ['^workers/protocol/', '^src/attachments/zip/'],
  '^src/chats/': [
    '^workers/protocol/',
    '^src/(attachments|lib|paraglide|settings)/',
    packages('fflate', 'idb', 'minisearch'),
  ],
  '^src/state/': [
    '^workers/protocol/',
    '^src/(attachments|catalog|chats|disk|engine|handover|ledger|lib|paraglide|settings)/',
    packages('svelte', 'comlink'),
  ],
  '^src/markdown/': [packages('mdast.*', 'micromark.*', 'lowlight', '@types/mdast')],
  // The bundler gives the address of what runs ONNX exports.
  '^src/(lib|catalog)/': [
    '^workers/protocol/',
    '^src/paraglide/',
    packages('svelte'),
    '^onnxruntime-web/.*\\.wasm\\?url$',
  ],
  '^src/(components/|App\\.svelte$)': [
    '^workers/protocol/',
    '^src/(attachments|catalog|chats|components|lib|markdown|paraglide|settings|state)/',
    packages('svelte', 'katex', '@types/mdast'),
  ],
  '^src/embed/': ['^workers/protocol/', '^api/', '^src/(lib|paraglide|state)/', packages('svelte')],
  '^e2e/': ['^(tools|api)/', packages('@playwright', 'axe-core', 'fflate')],
};

module.exports = {
  forbidden: [
    {
      name: 'no-circle',
      severity: 'error',
      comment: 'Two files that need each other are one file, or a third is missing.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-import-of-a-test',
      severity: 'error',
      from: {},
      to: { path: test },
    },
    {
      name: 'no-tools-in-the-site',
      severity: 'error',
      comment: 'What runs on a developer’s machine never ships.',
      from: { path: '^(shaders|workers|src|api)/', pathNot: test },
      to: { path: '^(tools|e2e)/' },
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^virtual:|\\.wasm\\?url$' },
    },
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `room ${room.replace(/[^a-z/]/g, '')}`,
      severity: 'error',
      from: { path: room, pathNot: test },
      to: { pathNot: [room, ...allowed], dependencyTypesNot: ['core'] },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // A page of others: what it imports lies beside it once it is served.
    exclude: { path: '^e2e/api/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default', 'svelte'] },
  },
};
