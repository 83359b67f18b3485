/** Writes small DOCX and ODT files for tests, from the XML of their bodies. */
import { strToU8, zipSync } from 'fflate';

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';

/** Paragraph properties that name a style. */
export function styled(style: string): string {
  return `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`;
}

/** A paragraph of one run. */
export function paragraph(text: string, properties = ''): string {
  return `<w:p>${properties}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
}

/** A paragraph in a list: number 1 counts, number 2 has bullets. */
export function listItem(text: string, id: 1 | 2, level = 0): string {
  return paragraph(text, `<w:pPr><w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="${id}"/></w:numPr></w:pPr>`);
}

/** A table of cells with one paragraph each. */
export function wordTable(rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[]) => row.map((cell) => `<w:tc>${paragraph(cell)}</w:tc>`).join('');
  return `<w:tbl>${rows.map((row) => `<w:tr>${cells(row)}</w:tr>`).join('')}</w:tbl>`;
}

/** The parts of a DOCX file by their paths; `parts` adds some or replaces some, and `null` takes one out. */
function docxParts(body: string, parts: Readonly<Record<string, string | null>> = {}): Record<string, string> {
  const level = (format: string) =>
    [0, 1].map((at) => `<w:lvl w:ilvl="${at}"><w:start w:val="1"/><w:numFmt w:val="${format}"/></w:lvl>`).join('');
  const all: Record<string, string | null> = {
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    '_rels/.rels':
      '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" ' +
      'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
    'word/document.xml': `<?xml version="1.0" encoding="UTF-8"?><w:document ${W}><w:body>${body}<w:sectPr/></w:body></w:document>`,
    'word/styles.xml':
      `<w:styles ${W}><w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>` +
      '<w:style w:type="paragraph" w:styleId="Own"><w:name w:val="My own"/><w:basedOn w:val="Second"/></w:style>' +
      '<w:style w:type="paragraph" w:styleId="Second"><w:name w:val="Second"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style></w:styles>',
    'word/numbering.xml':
      `<w:numbering ${W}><w:abstractNum w:abstractNumId="7">${level('decimal')}</w:abstractNum>` +
      `<w:abstractNum w:abstractNumId="8">${level('bullet')}</w:abstractNum>` +
      '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num></w:numbering>',
    ...parts,
  };
  return Object.fromEntries(Object.entries(all).filter((part): part is [string, string] => part[1] !== null));
}

/** A DOCX file. */
export function writeDocx(body: string, parts: Readonly<Record<string, string | null>> = {}): Uint8Array {
  return writeZip(docxParts(body, parts));
}

/** An OpenDocument text. */
export function writeOdt(text: string): Uint8Array {
  const urn = 'urn:oasis:names:tc:opendocument:xmlns:';
  const names = ['office', 'text', 'table', 'draw'].map((name) => `xmlns:${name}="${urn}${name}:1.0"`).join(' ');
  return writeZip({
    mimetype: 'application/vnd.oasis.opendocument.text',
    'content.xml': `<office:document-content ${names}><office:body><office:text>${text}</office:text></office:body></office:document-content>`,
  });
}

/** A zip of texts. */
export function writeZip(files: Readonly<Record<string, string>>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));
}
