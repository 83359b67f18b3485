/** The tools of the corpus: Freehold's four, always under the same names, and others whose names and parameters vary. */
import type { ParameterSchema, Tool } from '../../tools-prompt.ts';
import type { Random } from '../../random.ts';

/** A tool that may be described in several ways. The first of a parameter's names is the one that the questions use. */
interface ToolKind {
  readonly names: readonly string[];
  readonly descriptions: readonly string[];
  readonly parameters: readonly { names: readonly string[]; type: ParameterSchema['type']; required: boolean }[];
}

/** A tool as a conversation has it, with what its parameters are called there. */
export interface GivenTool {
  readonly id: string;
  readonly tool: Tool;
  readonly parameterNames: Readonly<Record<string, string>>;
}

/** The tools that Freehold has. */
export const MAIN_TOOLS = ['calculator', 'clock', 'convert_units', 'search_documents'] as const;

const KINDS: Readonly<Record<string, ToolKind>> = {
  calculator: kind(
    'calculator',
    'Works out an arithmetic expression.|Calculates an expression such as 2 * (3 + 4).',
    'expression',
  ),
  clock: kind(
    'clock',
    'Tells the date and time, here or in a time zone.|Gives the current date and time.',
    'timezone?',
  ),
  convert_units: kind(
    'convert_units',
    'Converts a value from one unit to another.|Unit conversion.',
    'value:number from to',
  ),
  search_documents: kind(
    'search_documents',
    "Searches the person's documents.|Finds passages in the open documents.",
    'query',
  ),
  weather: kind('weather get_weather current_weather', 'Tells the weather in a place.', 'city|place|location'),
  set_reminder: kind('set_reminder remind add_reminder', 'Sets a reminder.', 'text|task|what time|at|when'),
  translate: kind('translate translate_text', 'Translates a text.', 'text|words language|to|target'),
  send_message: kind(
    'send_message message send_text',
    'Sends a message to a person.',
    'to|name|recipient text|message|body',
  ),
  roll_dice: kind('roll_dice dice', 'Rolls dice.', 'count:integer|dice:integer|number:integer'),
  set_timer: kind('set_timer timer start_timer', 'Starts a timer.', 'minutes:integer|duration:integer'),
  play_music: kind('play_music play_song play', 'Plays a song.', 'title|song|name'),
  add_to_list: kind('add_to_list shopping_list add_item', 'Puts something on the shopping list.', 'item|thing|product'),
  switch_light: kind(
    'switch_light light set_light',
    'Turns the light in a room on or off.',
    'room|where on:boolean|state:boolean',
  ),
  find_recipe: kind('find_recipe recipe recipes', 'Finds a recipe.', 'ingredient|with|food'),
  book_table: kind(
    'book_table reserve_table',
    'Books a table at the restaurant.',
    'people:integer|guests:integer time|at',
  ),
  get_route: kind(
    'get_route route find_route',
    'Finds the way from one place to another.',
    'start|from|origin end|to|destination',
  ),
  stock_price: kind('stock_price get_stock share_price', 'Tells the price of a share.', 'company|name'),
  define_word: kind('define_word dictionary define', 'Says what a word means.', 'word|term'),
  random_number: kind(
    'random_number pick_number',
    'Picks a random whole number.',
    'min:integer|low:integer max:integer|high:integer',
  ),
  save_note: kind('save_note add_note note', 'Saves a note.', 'text|note|content'),
  count_words: kind('count_words word_count', 'Counts the words of a text.', 'text|input'),
  add_event: kind(
    'add_event calendar add_to_calendar',
    'Puts an event into the calendar.',
    'title|event|name day|date|when',
  ),
};

/** The ids of all tools. */
export const TOOL_IDS: readonly string[] = Object.keys(KINDS);

/** The ids of the tools that Freehold does not have. */
export const OTHER_TOOLS: readonly string[] = TOOL_IDS.filter((id) => !(MAIN_TOOLS as readonly string[]).includes(id));

/** One description of the tool. Throws a `RangeError` for an unknown id. */
export function drawTool(random: Random, id: string): GivenTool {
  const { names, descriptions, parameters } = KINDS[id] ?? fail(id);
  const vary = <T>(items: readonly T[]): T => (random.chance(0.6) ? items[0]! : random.pick(items));
  const named = parameters.map((parameter) => ({ ...parameter, name: vary(parameter.names) }));
  const properties = Object.fromEntries(named.map(({ name, type }) => [name, { type }]));
  const required = named.filter((parameter) => parameter.required).map(({ name }) => name);
  return {
    id,
    tool: { name: vary(names), description: vary(descriptions), parameters: { type: 'object', properties, required } },
    parameterNames: Object.fromEntries(named.map(({ names: [first], name }) => [first!, name])),
  };
}

/** Reads a tool's short form: names, descriptions after "|", parameters "name:type|other name:type", "?" for optional. */
function kind(names: string, descriptions: string, parameters: string): ToolKind {
  return {
    names: names.split(' '),
    descriptions: descriptions.split('|'),
    parameters: parameters.split(' ').map((parameter) => {
      const variants = parameter.split('|').map((variant) => variant.replace('?', '').split(':'));
      const type = (variants[0]![1] ?? 'string') as ParameterSchema['type'];
      return { names: variants.map(([name]) => name!), type, required: !parameter.endsWith('?') };
    }),
  };
}

function fail(id: string): never {
  throw new RangeError(`no tool is called ${id}`);
}
