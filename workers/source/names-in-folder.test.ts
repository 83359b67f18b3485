import { expect, test } from 'vitest';
import { namesInFolder } from '../protocol/names-in-folder.ts';

test.each<readonly [string[], string[]]>([
  [[], []],
  [['m.gguf'], ['m.gguf']],
  [['a/b/m.gguf'], ['m.gguf']],
  [
    ['a/m-00001-of-00002.gguf', 'a/m-00002-of-00002.gguf'],
    ['m-00001-of-00002.gguf', 'm-00002-of-00002.gguf'],
  ],
  [
    ['config.json', '1_Pooling/config.json'],
    ['config.json', '1_Pooling/config.json'],
  ],
  [
    ['/x/m/1_Pooling/config.json', '/x/m/config.json'],
    ['1_Pooling/config.json', 'config.json'],
  ],
  [
    ['ab/config.json', 'abc/config.json'],
    ['ab/config.json', 'abc/config.json'],
  ],
])('%j are called %j', (paths, names) => {
  expect(namesInFolder(paths)).toEqual(names);
});
