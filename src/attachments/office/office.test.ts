import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteMutations, mutateBytes } from '../../../tools/testing/mutate.ts';
import {
  listItem,
  paragraph,
  styled,
  wordTable,
  writeDocx,
  writeOdt,
  writeZip,
} from '../../../tools/testing/write-office.ts';
import { errorCode } from '../../../workers/protocol/errors.ts';
import { readOffice } from './office.ts';

const run = (text: string, properties = '') => `<w:r>${properties}<w:t>${text}</w:t></w:r>`;
const docx = async (body: string, parts: Record<string, string | null> = {}) =>
  (await readOffice(writeDocx(body, parts))).text;

describe('DOCX', () => {
  it('keeps headings, lists and tables', async () => {
    const body = [
      paragraph('A report', styled('berschrift1')),
      paragraph('Second level', styled('Own')),
      paragraph('Plain &amp; simple.'),
      paragraph(''),
      listItem('one', 1),
      listItem('inner', 1, 1),
      listItem('inner again', 1, 1),
      listItem('two', 1),
      listItem('inner anew', 1, 1),
      listItem('point', 2),
      wordTable([
        ['Name', 'Sum'],
        ['Ann | Bob', '5'],
      ]),
      paragraph('End.'),
    ].join('');
    expect(await readOffice(writeDocx(body))).toEqual({
      kind: 'docx',
      text: [
        '# A report\n\n## Second level\n\nPlain & simple.\n',
        '1. one\n  1. inner\n  2. inner again\n2. two\n  1. inner anew\n- point\n',
        '| Name | Sum |\n| --- | --- |\n| Ann \\| Bob | 5 |\n',
        'End.',
      ].join('\n'),
      warnings: [],
    });
  });

  it('takes insertions and leaves deletions, codes and hidden text out', async () => {
    const body = `<w:p>${run('Kept ')}<w:ins>${run('added ')}</w:ins><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>
      <w:moveFrom>${run('moved')}</w:moveFrom><w:r><w:instrText>PAGE</w:instrText></w:r>
      ${run('SECRET', '<w:rPr><w:vanish/></w:rPr>')}${run('shown', '<w:rPr><w:vanish w:val="0"/></w:rPr>')}
      <w:hyperlink>${run(' link')}</w:hyperlink><w:r><w:tab/><w:t>a</w:t><w:br/><w:t>b</w:t><w:noBreakHyphen/></w:r></w:p>`;
    const { text, warnings } = await readOffice(writeDocx(body));
    expect(text).toBe('Kept added shown link\ta\nb-');
    expect(warnings).toEqual(['Text that is formatted as hidden was left out.']);
  });

  it('reads boxes once, nested tables, spans and content controls', async () => {
    const box = (text: string) => `<w:txbxContent>${paragraph(text)}</w:txbxContent>`;
    const alternate = `<mc:AlternateContent xmlns:mc="urn:mc"><mc:Choice>${box('boxed')}</mc:Choice><mc:Fallback>${box('boxed')}</mc:Fallback></mc:AlternateContent>`;
    const span = `<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>${wordTable([['x', 'y']])}</w:tc>`;
    const body = `<w:p>${run('around')}<w:r>${alternate}</w:r></w:p><w:sdt><w:sdtPr/><w:sdtContent>${paragraph('control')}</w:sdtContent></w:sdt>
      <w:tbl><w:tr>${span}<w:tc>${paragraph('z')}</w:tc></w:tr></w:tbl>`;
    expect(await docx(body)).toBe('around\n\nboxed\n\ncontrol\n\n| x y |  | z |\n| --- | --- | --- |');
  });

  it('puts notes at the end, by the order of their marks', async () => {
    const w = 'xmlns:w="urn:w"';
    const body = `<w:p>${run('A')}<w:r><w:footnoteReference w:id="2"/></w:r>${run('B')}<w:r><w:endnoteReference w:id="2"/></w:r></w:p>`;
    const parts = {
      'word/footnotes.xml': `<w:footnotes ${w}><w:footnote w:id="0">${paragraph('separator')}</w:footnote><w:footnote w:id="2">${paragraph('foot')}</w:footnote></w:footnotes>`,
      'word/endnotes.xml': `<w:endnotes ${w}><w:endnote w:id="2">${paragraph('end')}</w:endnote></w:endnotes>`,
    };
    expect(await docx(body, parts)).toBe('A[^1]B[^2]\n\n[^1]: foot\n\n[^2]: end');
  });

  it('finds the main part by the relationships, and needs neither styles nor numbers', async () => {
    const parts = { 'word/styles.xml': null, 'word/numbering.xml': null };
    expect(await docx(listItem('x', 1) + paragraph('y', styled('Heading2')), parts)).toBe('- x\n\n## y');
    const document = `<w:document xmlns:w="urn:w"><w:body>${paragraph('elsewhere')}</w:body></w:document>`;
    const relationships =
      '<Relationships><Relationship Type="http://x/officeDocument" Target="/doc/main.xml"/></Relationships>';
    expect(await docx('', { 'word/document.xml': null, 'doc/main.xml': document, '_rels/.rels': relationships })).toBe(
      'elsewhere',
    );
  });

  it.each([
    ['no main part', { 'word/document.xml': null }, 'FileMalformed', 'no text part'],
    ['a main part with no body', { 'word/document.xml': '<w:document/>' }, 'FileMalformed', 'no text part'],
    ['a main part that is cut', { 'word/document.xml': '<w:document><w:body><w:p>' }, 'FileMalformed', 'never closed'],
    ['an empty main part', { 'word/document.xml': '' }, 'FileMalformed', 'no root'],
    ['a document type', { 'word/document.xml': '<!DOCTYPE x><w:document/>' }, 'FileUnsupported', 'document type'],
    ['styles that are broken', { 'word/styles.xml': '<a' }, 'FileMalformed', 'broken'],
    ['relationships that are broken', { '_rels/.rels': '<a></b>' }, 'FileMalformed', 'closes'],
    ['a binary main part', { 'word/document.xml': '<a>\0</a>' }, 'FileUnsupported', 'not text'],
    ['elements too deep', { 'word/document.xml': '<a>'.repeat(5000) }, 'FileMalformed', 'deep'],
  ])('refuses %s', async (_, parts, code, why) => {
    await expect(readOffice(writeDocx('', parts))).rejects.toMatchObject({
      name: code,
      message: expect.stringContaining(why) as string,
    });
  });

  it('answers a damaged file with text or with an error of ours', async () => {
    const whole = writeDocx(paragraph('Some words') + listItem('x', 1) + wordTable([['a', 'b']]));
    await fc.assert(
      fc.asyncProperty(byteMutations, async (mutations) => {
        const outcome = await readOffice(mutateBytes(whole, whole.length, mutations)).catch((error: unknown) =>
          errorCode(error),
        );
        expect(outcome).not.toBe(null);
      }),
      { numRuns: 300 },
    );
  });
});

describe('ODT', () => {
  it('keeps headings, lists, tables and notes', async () => {
    const text = `<text:sequence-decls><text:p>no</text:p></text:sequence-decls><text:h text:outline-level="2">Head</text:h>
      <text:p>One <text:span>two</text:span><text:s text:c="2"/>three<text:tab/>four<text:line-break/>five<office:annotation><text:p>no</text:p></office:annotation><text:note><text:note-citation>i</text:note-citation><text:note-body><text:p>noted</text:p></text:note-body></text:note></text:p>
      <text:list><text:list-item><text:p>a</text:p><text:list><text:list-item><text:p>b</text:p></text:list-item></text:list></text:list-item></text:list>
      <table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell><table:table-cell table:number-columns-repeated="2"><text:p>y</text:p></table:table-cell></table:table-row></table:table-header-rows>
      <table:table-row table:number-rows-repeated="999999"><table:table-cell table:number-columns-repeated="999999"/></table:table-row></table:table>
      <text:tracked-changes><text:p>no</text:p></text:tracked-changes>`;
    const reading = await readOffice(writeOdt(text));
    expect(reading.kind).toBe('odt');
    expect(reading.text).toMatch(
      /^## Head\n\nOne two {2}three\tfour\nfive\[\^1\]\n\n- a\n {2}- b\n\n\| x \| y \| y \|/,
    );
    expect(reading.text).toMatch(/\n\n\[\^1\]: noted$/);
  });

  it('refuses one without its content', async () => {
    const zip = writeZip({ mimetype: 'application/vnd.oasis.opendocument.text' });
    await expect(readOffice(zip)).rejects.toMatchObject({ name: 'FileMalformed' });
  });
});

it.each([
  [{ mimetype: 'application/epub+zip' }, 'EPUB'],
  [{ mimetype: 'application/vnd.oasis.opendocument.spreadsheet' }, 'spreadsheet'],
  [{ '[Content_Types].xml': '<a/>', 'xl/workbook.xml': '<a/>' }, 'Excel'],
  [{ '[Content_Types].xml': '<a/>', 'ppt/presentation.xml': '<a/>' }, 'PowerPoint'],
  [{ 'META-INF/MANIFEST.MF': 'x' }, 'program'],
  [{ 'a.txt': 'x' }, 'zip of files'],
])('refuses %j by name', async (files, what) => {
  await expect(readOffice(writeZip(files))).rejects.toMatchObject({
    name: 'FileUnsupported',
    message: expect.stringContaining(what) as string,
  });
});
