/** A `_headers` file, as Netlify and Cloudflare Pages read it: a path, exact or ending in `*`, and indented under it headers. */

/** Reads the text of such a file: the headers at a path, of all rules that match it. */
export function readHeadersFile(text: string): (path: string) => Record<string, string> {
  const rules: { readonly path: string; readonly headers: Record<string, string> }[] = [];
  for (const line of text.split('\n')) {
    const header = /^\s+([\w-]+):\s*(.*)$/.exec(line);
    if (line.startsWith('/')) rules.push({ path: line.trim(), headers: {} });
    else if (header !== null) rules.at(-1)!.headers[header[1]!] = header[2]!;
  }
  const matches = (rule: string, path: string): boolean =>
    rule.endsWith('*') ? path.startsWith(rule.slice(0, -1)) : rule === path;
  return (path) =>
    Object.assign({}, ...rules.filter((rule) => matches(rule.path, path)).map(({ headers }) => headers)) as Record<
      string,
      string
    >;
}
