/** A grammar that a person wrote: it goes to xgrammar as it is, but for what that would take for something else. */
import { FORMAT_UNITS_MAX } from '../protocol/engine.ts';
import { EngineError } from '../protocol/errors.ts';
import { quoted } from './refusal.ts';

/** The grammar. Throws `SettingInvalid` for one that is too long, or has a class of characters beyond ASCII. */
export function ownGrammar(text: string): string {
  // xgrammar 0.1.27 reads such a class as one of bytes.
  const beyond = /\[(?:[^\]\\]|\\.)*?(?:[^\0-\x7f]|\\u(?!00[0-7])|\\U|\\x[89a-fA-F])[^\]]*\]/.exec(
    text.replace(/"(?:[^"\\]|\\.)*"/g, '""'),
  );
  if (beyond !== null && text.length <= FORMAT_UNITS_MAX) {
    throw new EngineError('SettingInvalid', {
      what: `The grammar has a class of characters beyond ASCII: ${quoted(beyond[0])}`,
      remedy: 'List such characters as texts between bars: ("ä" | "ö").',
    });
  }
  if (text.length <= FORMAT_UNITS_MAX) return text;
  throw new EngineError('SettingInvalid', {
    what: 'The grammar is too long',
    expected: `at most ${FORMAT_UNITS_MAX} characters`,
    got: text.length,
    remedy: 'Change the grammar in the settings.',
  });
}
