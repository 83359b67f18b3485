/**
 * Invented names, put together from syllables, and common first names. Each belongs to one split for good (see splitOf), so
 * that the evaluation's names were never trained on. It makes no name of a real country, town, company or person that we
 * know of; REAL holds those that the syllables would give.
 */
import type { Split } from './example.ts';
import type { Random } from './random.ts';
import { readLines } from './read-text.ts';
import { drawFrom, splitOf } from './split.ts';

const STARTS = words(
  'Al Bel Bor Bran Cal Cor Dal Dor Drel El Fal Fen Gal Gor Hal Hel Il Jor Kal Kel Kor Lam Lor Mal Mar Mel Mor Nal Nor Or Pel ' +
    'Por Quel Ral Rel Sal Sel Sor Tal Tel Thal Tor Ul Van Vel Vor Wel Yar Yor Zal Zel Zor',
);
const MIDDLES = words('a e i o u an en in on un al el ol ul ar er or ur');
const COUNTRY_ENDS = words('bia dia doria dova goria land lia mark mia nia quia ria stan toria vara varia via xia zia');
const LONG_COUNTRY_ENDS = words('doria goria toria quia varia donia');
const TOWN_ENDS = words(
  'burg bury by combe dale don fell field ford gate ham haven hurst moor port stead stow ton wick worth',
);
const SURNAME_ENDS = words(
  'berg bick dell den der dick dovar feld kes lan ler ley mer mond pin rick sen ster tel ter var vik well',
);
const BRAND_STARTS = words(
  'Ax Bel Cor Dyn El Fal Grin Hex Jov Kor Lum Mon Nex Nov Ol Pol Quin Ryn Sol Syn Tek Trin Ul Ver Vol Xan Zen Zyl',
);
const BRAND_MIDDLES = words(
  'ada alu ami avo ebi eda ela emo enu ibo ido ila imu ino oba odi olu ora ova ula umi uno uri uva',
);
const BRAND_ENDS = words('bix cor dex dyne fex gen lix max met mir nix plex ren rix ron sys tek vex vox zon');
const COMPANY_FORMS = [
  '',
  '',
  '',
  ' Ltd',
  ' Inc',
  ' Group',
  ' Systems',
  ' Foods',
  ' Motors',
  ' Labs',
  ' Bank',
  ' Airlines',
];
const PRODUCT_FORMS = ['', '', ' 2', ' 3', ' 7', ' 9', ' 40', ' 300', ' Pro', ' Mini', ' X', ' One'];
const MADE_UP_SHARE = 0.4;
const CONSONANTS = words('b d f g h j k l m n p r s t v w y z ch sh th br dr kr tr st');
const VOWELS = words('a e i o u a e i o ai ea ie');
const NAME_ENDS = words('n s r l m k');
const PLANT_COLOURS = words('blue red white yellow silver golden purple green dark tall');
const PLANT_ENDS = words('wort weed bloom leaf bell root berry grass moss thorn');
const ANIMAL_ENDS = words('ox fox finch hare bat newt crab deer toad gull');
const WORD_ENDS = words('ick ock ling dle mble nkle ster ble ggle sh sk ndo ffle zzle');
const TITLE_ADJECTIVES = words('Silver Lost Hidden Last Broken Quiet Golden Burning Secret Blue Forgotten Long');
const TITLE_NOUNS = words(
  'Lantern River Garden Clock Ladder Orchard Letter Winter Mirror Harbour Shadow Bell Road Piano Island',
);
const REAL = new Set(
  words(
    'alania alinden alister caledon carelia elinden galeton galway gorenberg haledon halesworth ilaria ilinden karelia korelia malaria ' +
      'mareham mariland marinland marlia melania moravia moreton moredon moronia norland orania oreland selenia sorensen thaland ' +
      'valeria zelandia zeland',
  ),
);

/** A country that does not exist, such as "Vandoria". */
export function inventCountry(random: Random, split: Split): string {
  return draw(split, () =>
    random.chance(0.2)
      ? random.pick(STARTS) + random.pick(LONG_COUNTRY_ENDS)
      : stem(random) + random.pick(COUNTRY_ENDS),
  );
}

/** A town or village that does not exist, such as "Belaford". */
export function inventPlace(random: Random, split: Split): string {
  return draw(split, () => stem(random) + random.pick(TOWN_ENDS));
}

/** A family name that we know of nobody, such as "Kelondovar". */
export function inventSurname(random: Random, split: Split): string {
  return draw(split, () => stem(random) + random.pick(SURNAME_ENDS));
}

/** A product that does not exist, such as "Zenoravex 7": its name is of the split, whatever the number after it. */
export function inventProduct(random: Random, split: Split): string {
  return brand(random, split) + random.pick(PRODUCT_FORMS);
}

/** A company that does not exist, such as "Lumelaplex Foods": its name is of the split, whatever the word after it. */
export function inventCompany(random: Random, split: Split): string {
  return brand(random, split) + random.pick(COMPANY_FORMS);
}

/** A plant that does not exist, such as "silver korenwort". */
export function inventPlant(random: Random, split: Split): string {
  const name = draw(split, () => (stem(random) + random.pick(PLANT_ENDS)).toLowerCase());
  return random.chance(0.4) ? `${random.pick(PLANT_COLOURS)} ${name}` : name;
}

/** An animal that does not exist, such as "velonfinch". */
export function inventAnimal(random: Random, split: Split): string {
  return draw(split, () => (stem(random) + random.pick(ANIMAL_ENDS)).toLowerCase());
}

/** A word that does not exist, such as "gorundle". */
export function inventWord(random: Random, split: Split): string {
  return draw(split, () => (stem(random).replace(/[nlr]$/u, '') + random.pick(WORD_ENDS)).toLowerCase());
}

/** The title of a work that does not exist, such as "The Lost Bell of Belaford". */
export function inventTitle(random: Random, split: Split): string {
  const place = inventPlace(random, split);
  const noun = random.pick(TITLE_NOUNS);
  return random.chance(0.5) ? `The ${random.pick(TITLE_ADJECTIVES)} ${noun} of ${place}` : `The ${noun} of ${place}`;
}

let firstNames: readonly string[] | null = null;

/**
 * A first name: a common one, about 220 in all, of many cultures. In training, some are made up of letters, so that a name
 * is taken from where it stands and not from a list known by heart.
 */
export function firstName(random: Random, split: Split): string {
  firstNames ??= readLines('names/first-names.txt');
  if (split === 'train' && random.chance(MADE_UP_SHARE)) return draw(split, () => madeUpName(random));
  return random.pick(firstNames.filter((name) => splitOf(name) === split));
}

/** A first name with an invented family name; both of the split. */
export function inventPerson(random: Random, split: Split): string {
  return `${firstName(random, split)} ${inventSurname(random, split)}`;
}

/** Two or three syllables of one consonant and one vowel each, at times with an "n", "s", "r" or "l" at the end: "Tiravon". */
function madeUpName(random: Random): string {
  const syllables = Array.from({ length: random.integer(2, 3) }, () => random.pick(CONSONANTS) + random.pick(VOWELS));
  const name = syllables.join('') + (random.chance(0.4) ? random.pick(NAME_ENDS) : '');
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Two syllables that end in a vowel, "n", "l" or "r", so that all ends can be said after them; never "Toror". */
function stem(random: Random): string {
  const start = random.pick(STARTS);
  return start + random.pick(MIDDLES.filter((middle) => middle.at(-1) !== start.at(-1)));
}

function brand(random: Random, split: Split): string {
  return draw(split, () => random.pick(BRAND_STARTS) + random.pick(BRAND_MIDDLES) + random.pick(BRAND_ENDS));
}

function draw(split: Split, make: () => string): string {
  return drawFrom(
    split,
    () => {
      let name = make();
      while (REAL.has(name.toLowerCase())) name = make();
      return name;
    },
    (name) => name.toLowerCase(),
  );
}

function words(text: string): string[] {
  return text.split(' ');
}
