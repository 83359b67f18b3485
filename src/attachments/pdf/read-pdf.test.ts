import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteMutations, mutateBytes } from '../../../tools/testing/mutate.ts';
import { nodePdfReader } from '../../../tools/testing/node-pdf-reader.ts';
import { pdfColumn, writePdf, type PdfPage } from '../../../tools/testing/write-pdf.ts';
import { errorCode } from '../../../workers/protocol/errors.ts';
import { LIMITS } from '../attachment.ts';
import { readPdf } from './read-pdf.ts';

const page = (...lines: string[]): PdfPage => pdfColumn(lines);
const read = (bytes: Uint8Array, options = {}) => readPdf(bytes, nodePdfReader(), options);
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** The file with every occurrence of a text replaced by one of the same length. */
function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  expect(to).toHaveLength(from.length);
  const text = Buffer.from(bytes).toString('latin1');
  expect(text).toContain(from);
  return latin1(text.replaceAll(from, to));
}

/** What pdf.js throws where a file ends or leads nowhere, for its own code to go another way. */
const PDF_JS_DAMAGE = new Set(['XRefEntryException', 'XRefParseException', 'ParserEOFException']);

/**
 * Takes no notice of what pdf.js rejects and itself forgets to hear of. In the page that stays in its worker; here its code
 * runs in this process, which it would end. All else is told as ever. Gives a function that undoes it.
 */
function leavePdfJsItsOwn(): () => void {
  const listeners = process.listeners('unhandledRejection');
  const hear: NodeJS.UnhandledRejectionListener = (reason, promise) => {
    if (reason instanceof Error && PDF_JS_DAMAGE.has(reason.name)) return;
    for (const listener of listeners) listener(reason, promise);
  };
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', hear);
  return () => {
    process.off('unhandledRejection', hear);
    for (const listener of listeners) process.on('unhandledRejection', listener);
  };
}

describe('readPdf', () => {
  it('reads one page: lines and paragraphs, with no mark of a page', async () => {
    const heading = { text: 'Annual report', x: 72, y: 790, size: 18 };
    const lines = [
      heading,
      ...pdfColumn(['First line', 'second line.']),
      ...pdfColumn(['Next (paragraph)'], { top: 718 }),
    ];
    expect(await read(writePdf([lines]))).toEqual({
      text: 'Annual report\n\nFirst line\nsecond line.\n\nNext (paragraph)',
      pages: 1,
      warnings: [],
    });
  });

  it('marks where pages begin, and tells of each as it is read', async () => {
    const pages = Array.from({ length: 30 }, (_, index) => page(`Page number ${index + 1}`));
    const told: string[] = [];
    const { text, pages: count } = await read(writePdf(pages), {
      onPage: (at: number, of: number) => told.push(`${at}/${of}`),
    });
    expect(count).toBe(30);
    expect(text.split('\n\n').slice(0, 4)).toEqual(['[page 1]', 'Page number 1', '[page 2]', 'Page number 2']);
    expect(text.endsWith('[page 30]\n\nPage number 30')).toBe(true);
    expect([told[0], told.length]).toEqual(['1/30', 30]);
  });

  it('keeps one column after the other', async () => {
    const left = pdfColumn(['left one', 'left two', 'left three']);
    const right = pdfColumn(['right one', 'right two'], { x: 320 });
    expect((await read(writePdf([[...left, ...right]]))).text).toBe(
      'left one\nleft two\nleft three\n\nright one\nright two',
    );
  });

  it('reads Chinese in a font that is not embedded, with a map from the site', async () => {
    const reader = nodePdfReader();
    const { text } = await readPdf(writePdf([[{ text: '你好，世界', x: 72, y: 700, font: 'cjk' }]]), reader);
    expect(text).toBe('你好，世界');
    expect(reader.asked).toContain('UniGB-UCS2-H.bcmap');
  });

  it('fails where that map cannot be had, and never guesses', async () => {
    const reader = { ...nodePdfReader(), characterMap: () => Promise.reject(new Error('offline')) };
    const bytes = writePdf([
      [
        { text: '你好', x: 72, y: 700, font: 'cjk' },
        { text: 'and Latin', x: 72, y: 600 },
      ],
    ]);
    await expect(readPdf(bytes, reader)).rejects.toThrow('offline');
  });

  it('reads the font Symbol without its outlines', async () => {
    const { text } = await read(writePdf([[{ text: 'abg', x: 72, y: 700, font: 'symbol' }]]));
    expect(text).toBe('αβγ');
  });

  it('says which pages have no text', async () => {
    const { text, warnings } = await read(writePdf([page('One'), 'picture', [], page('Four'), 'picture']));
    expect(text).toBe('[page 1]\n\nOne\n\n[page 4]\n\nFour');
    expect(warnings).toEqual(['No text was found on pages 2–3 and 5: empty, or scanned as a picture.']);
  });

  it.each([
    ['one picture', writePdf(['picture']), 'FileUnsupported', 'its page is empty, or scanned as a picture'],
    ['many pictures', writePdf(['picture', 'picture']), 'FileUnsupported', 'its 2 pages are empty, or scanned'],
    ['an empty page', writePdf([[]]), 'FileUnsupported', 'no text'],
    ['a password', writePdf([page('Secret')], { userPassword: 'open' }), 'FileUnsupported', 'protected by a password'],
    ['only a header', latin1('%PDF-1.7\n'), 'FileMalformed', 'damaged'],
    ['text behind a header', latin1(`%PDF-1.7\n${'words '.repeat(500)}`), 'FileMalformed', 'damaged'],
    ['zeros behind a header', latin1(`%PDF-1.7\n${'\0'.repeat(5000)}`), 'FileMalformed', 'damaged'],
    [
      'no catalog',
      replaced(writePdf([page('x')]), '/Type /Catalog /Pages', '/Type /Nothing /Nopes'),
      'FileMalformed',
      'damaged',
    ],
    ['no pages', replaced(writePdf([page('x')]), '/Kids [9 0 R]', '/Nope [9 0 R]'), 'FileUnsupported', 'no text'],
    [
      'a tree of pages that is a circle',
      replaced(writePdf([page('x')]), '/Kids [9 0 R]', '/Kids [2 0 R]'),
      'FileMalformed',
      'damaged',
    ],
    [
      'encryption of an unknown kind',
      replaced(writePdf([page('x')], { userPassword: '' }), '/V 1 /R 2', '/V 9 /R 9'),
      'FileMalformed',
      'damaged',
    ],
  ])('refuses %s', async (_, bytes, code, why) => {
    await expect(read(bytes)).rejects.toMatchObject({ name: code, message: expect.stringContaining(why) as string });
  });

  it('opens a file that only forbids changes', async () => {
    expect((await read(writePdf([page('Not secret')], { userPassword: '' }))).text).toBe('Not secret');
  });

  it('finds its way where the table of offsets is wrong, or a count of pages', async () => {
    const whole = writePdf([page('One'), page('Two')]);
    const text = '[page 1]\n\nOne\n\n[page 2]\n\nTwo';
    expect((await read(replaced(whole, 'startxref\n', 'startxxxx\n'))).text).toBe(text);
    expect((await read(writePdf([page('One'), page('Two')], { pageCount: 99_999_999 }))).text).toBe(text);
    expect((await read(latin1(`junk in front\n${Buffer.from(whole).toString('latin1')}`))).text).toBe(text);
  });

  it('leaves out a page whose content is broken, and keeps the rest', async () => {
    const pages = [page('One'), page('Two'), page('Three')];
    const { text, warnings } = await read(replaced(writePdf(pages), '/Contents 12 0 R', '/Contents 1200 R'));
    expect(text).toBe('[page 1]\n\nOne\n\n[page 3]\n\nThree');
    expect(warnings).toHaveLength(1);
    const garbage = await read(writePdf(pages, { content: { 1: 'BT /F1 ) >> Tf [[[ (' + 'q '.repeat(5000) } }));
    expect(garbage.text).toContain('[page 3]\n\nThree');
  });

  it('calls a file that is cut anywhere damaged', async () => {
    const whole = writePdf(Array.from({ length: 6 }, (_, index) => page(`Words of page ${index + 1}`)));
    for (let cut = 1; cut <= 20; cut++) {
      const part = whole.slice(0, Math.floor((whole.length * cut) / 21));
      await expect(read(part), `at ${part.length}`).rejects.toMatchObject({ name: 'FileMalformed' });
    }
  });

  it('answers a damaged file with text or with an error of ours', async () => {
    const whole = writePdf([page('Some words'), [{ text: '你好', x: 72, y: 700, font: 'cjk' }], 'picture']);
    const reader = nodePdfReader();
    const hearAgain = leavePdfJsItsOwn();
    try {
      await fc.assert(
        fc.asyncProperty(byteMutations, async (mutations) => {
          const bytes = mutateBytes(whole, whole.length, mutations);
          const outcome = await readPdf(bytes, reader).catch((error: unknown) => errorCode(error));
          expect(outcome).not.toBe(null);
        }),
        { numRuns: 60 },
      );
    } finally {
      hearAgain();
    }
  });

  it('reads what is there of a file whose trailer comes first, and says that it is cut', async () => {
    // The trailer lies at the end; a second one in front is what a file for the web has.
    const whole = Buffer.from(writePdf(Array.from({ length: 6 }, (_, index) => page(`Words of page ${index + 1}`))));
    const front = '%PDF-1.4\ntrailer\n<< /Size 21 /Root 1 0 R >>\n';
    const served = latin1(front + whole.toString('latin1').slice(9));
    let readable = 0;
    for (let cut = 1; cut <= 20; cut++) {
      const outcome = await read(served.slice(0, Math.floor((served.length * cut) / 21))).catch(
        (error: unknown) => error,
      );
      if (outcome instanceof Error) {
        expect(errorCode(outcome)).toMatch(/^File(Malformed|Unsupported)$/);
        continue;
      }
      const { text, warnings } = outcome as Awaited<ReturnType<typeof read>>;
      readable++;
      expect(warnings.join(' ')).toContain('no end mark');
      for (const part of text.split('\n\n')) expect(part).toMatch(/^(\[page \d\]|Words of page \d)$/);
    }
    expect(readable).toBeGreaterThan(5);
  });

  it('stops at its limits and says how much it has', async () => {
    const pages = Array.from({ length: 5 }, (_, index) => page(`Words of page ${index + 1}`));
    const few = await read(writePdf(pages), { limits: { ...LIMITS, pages: 2 } });
    expect([few.text.endsWith('page 2'), few.warnings]).toEqual([true, ['Only the first 2 of 5 pages were read.']]);
    const short = await read(writePdf(pages), { limits: { ...LIMITS, characters: 20 } });
    expect(short.text).toHaveLength(20);
    expect(short.warnings).toEqual([
      'Only the first 2 of 5 pages were read.',
      'Only the first 20 of 52 characters are used.',
    ]);
  });

  it('waits no longer for a page than it may', async () => {
    const reader = { ...nodePdfReader(), characterMap: () => new Promise<never>(() => undefined) };
    const slow: PdfPage = [{ text: '你好', x: 72, y: 700, font: 'cjk' }];
    const bytes = writePdf([page('Quick'), slow, page('Never reached')]);
    const { text, warnings } = await readPdf(bytes, reader, { limits: { ...LIMITS, pageMs: 2_000 } });
    expect(text).toBe('[page 1]\n\nQuick');
    expect(warnings).toEqual(['Page 2 takes too long to read.', 'Only the first 1 of 3 pages were read.']);
  });

  it('stops by a signal, before and between pages', async () => {
    const reason = new Error('enough');
    await expect(read(writePdf([page('x')]), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const onPage = (at: number) => {
      if (at === 2) controller.abort(reason);
    };
    const pages = [page('1'), page('2'), page('3')];
    await expect(read(writePdf(pages), { signal: controller.signal, onPage })).rejects.toBe(reason);
  });

  it('hears of a worker that dies', async () => {
    const reader = nodePdfReader();
    const start = async () => ({ ...(await reader.start()), death: Promise.reject(new Error('it died')) });
    await expect(readPdf(writePdf([page('x')]), { ...reader, start })).rejects.toThrow('it died');
  });
});
