/**
 * Makes the functions that Paraglide writes for the catalogue as small as they can be, as the site is built: one
 * expression for an entry where Paraglide has three functions. With some 300 entries on the first screen that is three of
 * the hundred kilobytes that a first visit may cost. What it does not recognise stays as it was written.
 */
import type { Plugin } from 'vite';

const MESSAGE = /\/src\/paraglide\/messages\/\w+\.js$/;
/** An entry in one language that is a text, with or without facts in it; those with variants are longer. */
const TEXT =
  /const (\w+) = \/\*\*[^]*?\*\/ \((i?)\) => \{\s*return \/\*\* @type \{LocalizedString\} \*\/ \((`(?:[^`\\]|\\[^])*`)\)\s*\};/g;
/** The function that chooses the language. */
const CHOICE = /\(\(inputs(?: = \{\})?, options = \{\}\) => \{\s*const locale = [^]*?getLocale\(\)\s*([^]*?)\}\);\s*$/;
const RETURN = /^(?:if \(locale === "(\w+)"\) )?return (\w+)\(inputs\);?$/;

/** The same module, smaller. */
export function leanMessage(code: string): string {
  const choice = CHOICE.exec(code);
  if (choice === null) return code;
  const returns = choice[1]!
    .trim()
    .split(/\s*\n\s*/)
    .map((line) => RETURN.exec(line));
  if (returns.some((found) => found === null)) return code;
  const texts = new Map(Array.from(code.matchAll(TEXT), ([, name, , text]) => [name!, text!]));
  const said = returns
    .map((found) => {
      const [, locale, name] = found!;
      const text = texts.get(name!) ?? `${name!}(i)`;
      return locale === undefined ? text : `locale === "${locale}" ? ${text} : `;
    })
    .join('');
  const rest = code.replace(CHOICE, `(i, o) => { const locale = o?.locale ?? getLocale(); return ${said}; };\n`);
  return rest.replace(TEXT, '');
}

/** As a plugin, for builds only. */
export function leanWords(): Plugin {
  return {
    name: 'lean-words',
    apply: 'build',
    transform(code, id) {
      return MESSAGE.test(id) ? { code: leanMessage(code), map: null } : null;
    },
  };
}
