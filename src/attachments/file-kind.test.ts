import { describe, expect, it } from 'vitest';
import { errorCode } from '../../workers/protocol/errors.ts';
import { declaredEncoding, fileForm } from './file-kind.ts';

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe('fileForm', () => {
  it.each([
    ['notes.txt', 'Hello', 'text'],
    ['code.rs', 'fn main() {}', 'text'],
    ['data.json', '{}', 'text'],
    ['data.CSV', 'a,b', 'csv'],
    ['data.tsv', 'a\tb', 'csv'],
    ['page.htm', 'Hello', 'html'],
    ['page.txt', '\xEF\xBB\xBF <!DOCTYPE html><p>x', 'html'],
    ['page', '<html lang="en">', 'html'],
    ['report.txt', '%PDF-1.7', 'pdf'],
    ['report.pdf', '\r\njunk %PDF-1.4', 'pdf'],
    ['letter.pages', 'PK\x03\x04....', 'zip'],
    ['Magazin.txt', 'Magazines and MZ', 'text'],
    ['BMW.txt', 'BMW makes cars and motorcycles', 'text'],
  ])('%s that begins %j is %s', (name, start, form) => {
    expect(fileForm(latin1(start), name)).toBe(form);
  });

  it.each([
    ['letter.rtf', '{\\rtf1\\ansi Hello}', 'RTF'],
    ['letter.txt', '{\\rtf1\\ansi Hello}', 'RTF'],
    ['letter.doc', '\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1', 'older Microsoft Office'],
    ['model.gguf', 'GGUF\x03\0\0\0', 'a model'],
    ['a.png', '\x89PNG\r\n\x1a\n', 'a picture'],
    ['a.jpg', '\xFF\xD8\xFF\xE0', 'a picture'],
    ['a.gif', 'GIF89a', 'a picture'],
    ['a.bmp', 'BM\x01\x02\x03\x04\0\0\0\0', 'a picture'],
    ['a.webp', 'RIFF\x01\x02\x03\x04WEBPVP8 ', 'a picture'],
    ['a.heic', '\0\0\0\x18ftypheic', 'a picture'],
    ['a.tif', 'II*\0', 'a picture'],
    ['a.mp3', 'ID3\x03', 'a sound file'],
    ['a.ogg', 'OggS\0', 'a sound file'],
    ['a.wav', 'RIFF\x01\x02\x03\x04WAVE', 'a sound file'],
    ['a.mp4', '\0\0\0\x18ftypisom', 'a film'],
    ['a.mkv', '\x1A\x45\xDF\xA3', 'a film'],
    ['a.gz', '\x1F\x8B\x08', 'compressed'],
    ['a.7z', '7z\xBC\xAF\x27\x1C', 'compressed'],
    ['a.rar', 'Rar!\x1A\x07', 'compressed'],
    ['a.xz', '\xFD7zXZ\0', 'compressed'],
    ['a.exe', `MZ${'\0'.repeat(40)}`, 'a program'],
    ['a', '\x7FELF\x02', 'a program'],
    ['a.db', 'SQLite format 3\0', 'a database'],
    ['a.pdf', 'Hello', 'not a PDF'],
  ])('refuses %s by name', (name, start, what) => {
    let error: unknown;
    try {
      fileForm(latin1(start), name);
    } catch (thrown) {
      error = thrown;
    }
    expect(errorCode(error)).toBe('FileUnsupported');
    expect((error as Error).message).toContain(what);
  });
});

it('finds the encoding that a page names', () => {
  expect(declaredEncoding(latin1('<html><head><meta charset="Shift_JIS">'))).toBe('shift_jis');
  expect(declaredEncoding(latin1('<meta http-equiv=Content-Type content="text/html; charset=iso-8859-2">'))).toBe(
    'iso-8859-2',
  );
  expect(declaredEncoding(latin1('<?xml version="1.0" encoding="koi8-r"?>'))).toBe('koi8-r');
  expect(declaredEncoding(latin1('<p>charset=none</p>'))).toBe(null);
});
