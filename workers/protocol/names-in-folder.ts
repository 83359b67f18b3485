/** What the files of a model are called within it: by where they lie below the one folder that holds them all. */

/** Names by paths, in their order: `m/config.json` and `m/1_Pooling/config.json` are `config.json` and `1_Pooling/config.json`. */
export function namesInFolder(paths: readonly string[]): string[] {
  const folders = paths.map((path) => path.split('/').slice(0, -1));
  const [first = []] = folders;
  const differs = first.findIndex((name, depth) => folders.some((folder) => folder[depth] !== name));
  const shared = differs < 0 ? first.length : differs;
  return paths.map((path) => path.split('/').slice(shared).join('/'));
}
