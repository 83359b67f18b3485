import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../workers/protocol/errors.ts';
import { childOf, parseXml } from './xml.ts';

describe('parseXml', () => {
  it('reads elements, attributes, text and references by their local names', () => {
    const root = parseXml(
      '\uFEFF<?xml version="1.0"?><!-- c --><w:a xmlns:w="urn:x" w:one=\'1 &lt; 2\' two = "&#x41;&#66;"><b/>x &amp; y<![CDATA[<&]]><!-- < --></w:a >\n'.slice(
        1,
      ),
    );
    expect(root.name).toBe('a');
    expect({ ...root.attributes }).toEqual({ w: 'urn:x', one: '1 < 2', two: 'AB' });
    expect(root.children).toHaveLength(3);
    expect(root.children.slice(1)).toEqual(['x & y', '<&']);
    expect(childOf(root, 'b')).toMatchObject({ name: 'b', children: [] });
    expect(childOf(root, 'c')).toBe(undefined);
  });

  it.each([
    ['', 'no root'],
    ['text', 'outside of the root'],
    ['<a>', '<a> is never closed'],
    ['<a><b></a>', '</a> closes what is not open'],
    ['</a>', 'closes what is not open'],
    ['<a/><b/>', 'second root'],
    ['<a', 'broken'],
    ['<a b>', 'broken'],
    ['<a b=c>', 'broken'],
    ['<a b="<">', 'broken'],
    ['<a b="1', 'broken'],
    ['< a/>', 'no name'],
    ['<1/>', 'no name'],
    ['<a>&nbsp;</a>', '&nbsp; means nothing'],
    ['<a>&amp</a>', '&amp means nothing'],
    ['<a>& b</a>', 'means nothing'],
    ['<a>&#0;</a>', '&#0; means nothing'],
    ['<a>&#xD800;</a>', 'means nothing'],
    ['<a>&#x110000;</a>', 'means nothing'],
    ['<a>&constructor;</a>', 'means nothing'],
    ['<a><!-- </a>', 'a comment never ends'],
    ['<a><![CDATA[</a>', 'a CDATA section never ends'],
    ['<?xml', 'an instruction never ends'],
    ['<a></a', 'a tag never ends'],
    ['<a>'.repeat(300), 'more than 200 deep'],
  ])('refuses %s', (source, why) => {
    expect(() => parseXml(source)).toThrow(expect.objectContaining({ name: 'FileMalformed' }) as Error);
    expect(() => parseXml(source)).toThrow(why);
  });

  it('refuses a document type before it can name an entity', () => {
    const bomb = '<!DOCTYPE a [<!ENTITY b "lol"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>';
    let error: unknown;
    try {
      parseXml(bomb);
    } catch (thrown) {
      error = thrown;
    }
    expect(errorCode(error)).toBe('FileUnsupported');
  });
});
