import { describe, expect, it } from 'vitest';
import { nodePdfReader } from '../../tools/testing/node-pdf-reader.ts';
import { paragraph, writeDocx, writeOdt } from '../../tools/testing/write-office.ts';
import { pdfColumn, writePdf } from '../../tools/testing/write-pdf.ts';
import { LIMITS } from './attachment.ts';
import { readAttachment } from './read-attachment.ts';

const file = (name: string, content: string | Uint8Array) => new File([content as Uint8Array<ArrayBuffer>], name);
const read = (name: string, content: string | Uint8Array) =>
  readAttachment(file(name, content), { pdfReader: nodePdfReader() });

describe('readAttachment', () => {
  it('tells a file by its content and keeps its name clean', async () => {
    const pdf = writePdf([pdfColumn(['Hello'])]);
    expect(await read('not-a-pdf\u202E.txt', pdf)).toEqual({
      name: 'not-a-pdf.txt',
      kind: 'pdf',
      text: 'Hello',
      bytes: pdf.length,
      pages: 1,
      warnings: [],
    });
    expect(await read('letter.zip', writeDocx(paragraph('Hello')))).toMatchObject({ kind: 'docx', text: 'Hello' });
    expect(await read('letter', writeOdt('<text:p>Hello</text:p>'))).toMatchObject({ kind: 'odt', text: 'Hello' });
    expect(await read('main.py', 'print(1)\r\n')).toMatchObject({ kind: 'text', text: 'print(1)\n', bytes: 10 });
  });

  it('measures a table and keeps its text', async () => {
    expect(await read('a.csv', 'a,b\n1,2\n3\n')).toEqual({
      name: 'a.csv',
      kind: 'csv',
      text: 'a,b\n1,2\n3\n',
      bytes: 10,
      table: { rows: 3, columns: 2 },
      warnings: ['Rows have from 1 to 2 columns.'],
    });
  });

  it('cuts a long text, says how much, and splits no character', async () => {
    const { text, warnings } = await read('long.txt', `${'x'.repeat(LIMITS.characters - 1)}🌍🌍`);
    expect(text).toHaveLength(LIMITS.characters - 1);
    expect(warnings).toEqual(['Only the first 1,999,999 of 2,000,003 characters are used.']);
  });

  it.each([
    ['empty.txt', '', 'FileUnsupported', 'is empty'],
    ['blank.txt', ' \n\t', 'FileUnsupported', 'no text'],
    ['blank.docx', writeDocx(paragraph('')), 'FileUnsupported', 'no text'],
    ['binary.txt', new Uint8Array(100), 'FileUnsupported', 'not text'],
    ['letter.rtf', '{\\rtf1 Hello}', 'FileUnsupported', 'RTF'],
    ['named.pdf', 'Hello', 'FileUnsupported', 'not a PDF'],
    ['cut.docx', writeDocx(paragraph('x')).slice(0, 200), 'FileMalformed', 'cut off'],
    ['just.zip', 'PK\x03\x04', 'FileMalformed', 'cut off'],
    ['just.pdf', '%PDF-', 'FileMalformed', 'damaged'],
  ])('refuses %s', async (name, content, code, why) => {
    await expect(read(name, content)).rejects.toMatchObject({
      name: code,
      message: expect.stringContaining(why) as string,
    });
  });

  it('refuses a file that is too large before it reads it', async () => {
    const huge = Object.defineProperty(file('huge.txt', 'x'), 'size', { value: LIMITS.fileBytes + 1 });
    huge.arrayBuffer = () => Promise.reject(new Error('was read'));
    await expect(readAttachment(huge)).rejects.toThrow('too large to attach: expected at most 50 MB');
  });

  it('says where a file is gone, and stops by a signal', async () => {
    const gone = file('gone.txt', 'x');
    gone.arrayBuffer = () => Promise.reject(new DOMException('gone', 'NotFoundError'));
    await expect(readAttachment(gone)).rejects.toMatchObject({ name: 'NotFound' });
    const reason = new Error('enough');
    await expect(readAttachment(file('a.txt', 'x'), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
