import { expect, it } from 'vitest';
import { pageFiles } from './page-requests.ts';

it('names files by their path, newest first, and leaves out what asks no server', () => {
  const timings = [
    { name: 'https://freehold.example/', startTime: 0, transferSize: 900, workerStart: 0 },
    { name: 'https://freehold.example/assets/a.js', startTime: 20, transferSize: 300, workerStart: 21 },
    { name: 'https://freehold.example.elsewhere/b.js', startTime: 10, transferSize: 300, workerStart: 0 },
    { name: 'blob:https://freehold.example/0-1', startTime: 30, transferSize: 0, workerStart: 0 },
    { name: 'data:text/plain,a', startTime: 30, transferSize: 0, workerStart: 0 },
  ];
  expect(pageFiles(timings, 'https://freehold.example', 1000)).toEqual([
    { name: '/assets/a.js', startedAt: 1020, networkBytes: null },
    { name: 'https://freehold.example.elsewhere/b.js', startedAt: 1010, networkBytes: 300 },
    { name: '/', startedAt: 1000, networkBytes: 900 },
  ]);
});
