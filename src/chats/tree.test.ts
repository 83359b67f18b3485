import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { message } from './testing/samples.ts';
import { MessageTree } from './tree.ts';

const ids = (messages: Iterable<{ id: string }>) => [...messages].map(({ id }) => id);

describe('MessageTree', () => {
  // a ── b ── c
  //  ╲── d ── e
  //       ╲── f
  const tree = new MessageTree([
    message('f', 'd', { createdAt: 6 }),
    message('e', 'd', { createdAt: 5 }),
    message('d', 'a', { createdAt: 4 }),
    message('c', 'b', { createdAt: 3 }),
    message('b', 'a', { createdAt: 2 }),
    message('a', null, { createdAt: 1 }),
  ]);

  it('follows a branch from its beginning', () => {
    expect(ids(tree.path('e'))).toEqual(['a', 'd', 'e']);
    expect(ids(tree.path(null))).toEqual([]);
    expect(ids(tree.path('none'))).toEqual([]);
  });

  it('tells what stands at the same place, oldest first', () => {
    expect(ids(tree.siblings('d'))).toEqual(['b', 'd']);
    expect(ids(tree.siblings('a'))).toEqual(['a']);
    expect(ids(tree.siblings('none'))).toEqual([]);
  });

  it('finds the end that was begun last', () => {
    expect(tree.newestLeaf('b')).toBe('c');
    expect(tree.newestLeaf('d')).toBe('f');
    expect(tree.newestLeaf(null)).toBe('f');
    expect(new MessageTree().newestLeaf(null)).toBe(null);
  });

  it('finds what to show in place of a branch', () => {
    expect(tree.leafBeside('d')).toBe('c');
    expect(tree.leafBeside('b')).toBe('f');
    expect(tree.leafBeside('f')).toBe('e');
    expect(tree.leafBeside('c')).toBe('b');
    expect(tree.leafBeside('a')).toBe(null);
    expect(tree.leafBeside('none')).toBe(null);
  });

  it('adds, replaces and takes away without changing what it was', () => {
    const grown = tree.with(message('g', 'f', { createdAt: 7 }), message('c', 'b', { content: 'other', createdAt: 3 }));
    expect(ids(grown.path('g'))).toEqual(['a', 'd', 'f', 'g']);
    expect(grown.get('c')?.content).toBe('other');
    expect(tree.get('g')).toBe(undefined);
    const pruned = grown.without(ids(grown.branch('d')));
    expect(ids(pruned.messages).sort()).toEqual(['a', 'b', 'c']);
  });

  it('bears a missing parent and a ring', () => {
    const odd = new MessageTree([message('x', 'gone'), message('y', 'z'), message('z', 'y')]);
    expect(ids(odd.path('x'))).toEqual(['x']);
    expect(ids(odd.path('y'))).toEqual(['z', 'y']);
    expect(ids(odd.siblings('x'))).toEqual(['x']);
  });

  it('ends every path in what it was asked for and begins it where nothing comes before, for any tree', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 60 }), (parents) => {
        const any = new MessageTree(
          parents.map((parent, index) =>
            message(`${index}`, index === 0 ? null : `${parent % index}`, { createdAt: index }),
          ),
        );
        for (const { id } of any.messages) {
          const path = any.path(id);
          expect(path.at(-1)?.id).toBe(id);
          expect(path[0]?.parentId).toBe(null);
          expect(any.siblings(id)).toContain(any.get(id));
          expect(ids(any.path(any.newestLeaf(id)))).toContain(id);
          expect(any.without(ids(any.branch(id))).size).toBe(any.size - any.branch(id).length);
        }
      }),
    );
  });
});
