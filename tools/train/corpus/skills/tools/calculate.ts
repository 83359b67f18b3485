/** Works out the expressions that the calculator gets: + - * / ^, brackets, `sqrt(…)`. Refuses anything else. */

const TOKEN = /\s*(\d+(?:\.\d+)?|sqrt|[-+*/^()])/uy;

/** The value of an expression. Throws an `Error` for one that it can't read. */
export function calculate(expression: string): number {
  const tokens = tokenize(expression);
  let at = 0;
  const take = (...wanted: string[]): string | null => (wanted.includes(tokens[at] ?? '') ? tokens[at++]! : null);

  function atom(): number {
    const root = take('sqrt');
    if (take('(')) {
      const inner = sum();
      if (!take(')')) throw new Error(`a bracket stays open: ${expression}`);
      return root ? Math.sqrt(inner) : inner;
    }
    const value = Number(tokens[at++]);
    if (Number.isNaN(value)) throw new Error(`expected a number: ${expression}`);
    return value;
  }
  function power(): number {
    const base = atom();
    return take('^') ? base ** power() : base;
  }
  function product(): number {
    let value = power();
    for (let sign = take('*', '/'); sign; sign = take('*', '/'))
      value = sign === '*' ? value * power() : value / power();
    return value;
  }
  function sum(): number {
    let value = product();
    for (let sign = take('+', '-'); sign; sign = take('+', '-')) value += (sign === '+' ? 1 : -1) * product();
    return value;
  }

  const value = sum();
  if (at < tokens.length) throw new Error(`expected the end: ${expression}`);
  return Number(value.toPrecision(12));
}

function tokenize(expression: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(expression); match; match = TOKEN.exec(expression)) tokens.push(match[1]!);
  if (tokens.join('') !== expression.replaceAll(' ', '')) throw new Error(`not an expression: ${expression}`);
  return tokens;
}
