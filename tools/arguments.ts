/** Command-line options as every tool here reads them: `--name value …`, `--switch`; unknown ones are refused. */

/** What a tool accepts: `value` takes one argument, `values` one or more, `switch` none. */
export type OptionKinds = Readonly<Record<string, 'value' | 'values' | 'switch'>>;

/** Parsed options. */
export interface Options {
  /** The option's text, or `undefined`. */
  text(name: string): string | undefined;
  /** The option's text; throws if it is missing. */
  required(name: string): string;
  /** The texts of an option that takes several; throws if it is missing. */
  several(name: string): string[];
  /** The option as a number; throws if it is none. */
  number(name: string): number | undefined;
  /** A comma-separated list of whole numbers. */
  integers(name: string): number[] | undefined;
  has(name: string): boolean;
}

/** Parses `argv` (without node and script). Throws an Error that names the option and the known ones. */
export function parseOptions(argv: readonly string[], kinds: OptionKinds): Options {
  const values = new Map<string, string>();
  const lists = new Map<string, string[]>();
  for (let i = 0; i < argv.length; i++) {
    const name = argv[i]!.replace(/^--/, '');
    const kind = argv[i]!.startsWith('--') ? kinds[name] : undefined;
    if (kind === undefined) {
      const known = Object.keys(kinds).map((option) => `--${option}`);
      throw new Error(`unknown option "${argv[i]!}"; known are ${known.join(' ')}`);
    }
    if (kind === 'switch') {
      values.set(name, '');
      continue;
    }
    const value = argv[++i];
    if (value === undefined) throw new Error(`--${name} needs a value`);
    values.set(name, value);
    if (kind !== 'values') continue;
    const list = [value];
    while (i + 1 < argv.length && !argv[i + 1]!.startsWith('--')) list.push(argv[++i]!);
    lists.set(name, list);
  }
  const number = (name: string, text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) throw new Error(`--${name} needs a number, got "${text}"`);
    return value;
  };
  return {
    text: (name) => values.get(name),
    required: (name) => {
      const value = values.get(name);
      if (value === undefined) throw new Error(`--${name} is missing`);
      return value;
    },
    several: (name) => {
      const list = lists.get(name);
      if (list === undefined) throw new Error(`--${name} is missing`);
      return list;
    },
    number: (name) => {
      const text = values.get(name);
      return text === undefined ? undefined : number(name, text);
    },
    integers: (name) =>
      values
        .get(name)
        ?.split(',')
        .filter((part) => part !== '')
        .map((part) => number(name, part)),
    has: (name) => values.has(name),
  };
}
