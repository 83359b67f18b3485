/** Splits an answer into prose and fenced code. Knows nothing else of Markdown, and never fails: the rest stays text. */

/** A stretch of an answer. `language` is the fence's first word, empty if it names none. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string; readonly language: string };

const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)[^`\n]*$/;

/**
 * The parts of `text` in order. A fence is a line of three or more backticks or tildes; a line of at least as many of the
 * same closes it. One that is still open runs to the end, so that code shows as code while it streams.
 * Source: CommonMark 0.31, section 4.5.
 */
export function splitCode(text: string): Part[] {
  const parts: Part[] = [];
  let lines: string[] = [];
  let open: { fence: string; language: string } | null = null;

  const flush = () => {
    const body = lines.join('\n');
    if (open !== null) parts.push({ kind: 'code', text: body, language: open.language });
    else if (body.trim() !== '') parts.push({ kind: 'text', text: body.replace(/^\n+|\s+$/g, '') });
    lines = [];
  };

  for (const line of text.split('\n')) {
    const match = FENCE.exec(line);
    const fence = match?.[1] ?? '';
    if (open === null && fence !== '') {
      flush();
      open = { fence, language: match?.[2] ?? '' };
    } else if (open !== null && closes(line, open.fence)) {
      flush();
      open = null;
    } else {
      lines.push(line);
    }
  }
  if (lines.length > 0 || open !== null) flush();
  return parts;
}

function closes(line: string, fence: string): boolean {
  const trimmed = line.trim();
  return trimmed.length >= fence.length && trimmed === fence.charAt(0).repeat(trimmed.length);
}
