/**
 * Writes a grammar so that xgrammar 0.1.27 takes it as it is meant: each alternative as a rule of its own. Where alternatives
 * of one rule begin alike, its optimizer joins states that are not the same: `"a" | "b" "a" | "b" "a" "a"` lets "aa" pass.
 */

/** The grammar, as xgrammar writes it out (a rule a line, its alternatives in parentheses), with alternatives apart. */
export function separateChoices(grammar: string): string {
  const rules: string[] = [];
  // It writes \xdf and reads on through whatever hexadecimal digits follow.
  const exact = grammar.replace(/\\(?:x([0-9a-fA-F]{2})|[^])/g, (escape, hex?: string) =>
    hex === undefined ? escape : `\\u00${hex}`,
  );
  for (const line of exact.split('\n').filter((rule) => rule !== '')) {
    const [, name, body] = /^(\S+) ::= \((.*)\)(?: \(=.*\))?$/.exec(line) ?? [];
    const choices = body === undefined ? [] : choicesIn(body);
    if (choices.length < 2) {
      rules.push(line);
      continue;
    }
    const names = choices.map((choice, index) => {
      if (choice === '""') return choice;
      // The name ends as none of its own does.
      const own = `${name!}_of_${index}`;
      rules.push(`${own} ::= ${choice}`);
      return own;
    });
    rules.push(`${name!} ::= ${names.join(' | ')}`);
  }
  return rules.join('\n');
}

/** Cut at bars that stand in no text, no class and no parentheses. */
function choicesIn(body: string): string[] {
  const choices: string[] = [];
  let [depth, start] = [0, 0];
  let closing: string | null = null;
  for (let at = 0; at < body.length; at++) {
    const character = body[at]!;
    if (character === '\\') at++;
    else if (closing !== null) closing = character === closing ? null : closing;
    else if (character === '"') closing = '"';
    else if (character === '[') closing = ']';
    else if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (character === '|' && depth === 0) {
      choices.push(body.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...choices, body.slice(start).trim()];
}
