/** Names of heroes put together from syllables, such as "Tovi" or "Marnel", so that a story learns to keep any name. */
import type { Split } from '../../example.ts';
import type { Random } from '../../random.ts';
import { drawFrom } from '../../split.ts';

const STARTS =
  'Ba Be Bi Bra Da De Do Dra Fa Fe Fi Flo Gri Ha Jo Ka Ki Ko La Li Lo Lu Ma Me Mi Mo Na Ne Ni Pa Pe Po Qui Ra Re Ro Sa Si Sha Ta Ti To Tri Va Ve Wa Wi Ya Za Zi Zo'.split(
    ' ',
  );
const MIDDLES = 'l ll m n nn r rr s t tt v z b bb d dd g k lm ln mb nd nk nt pp rl rn rt sk'.split(' ');
// Hard to say ("Grirno"), or the beginnings of words that no child should read.
const REFUSED = /^[A-Z]r.r|^(?:fag|kak|kok|naz|ned|neg|nig|ped|pen|pis|por|shat|tit)/u;
const ENDS = 'a e i o u y an el en ia ik in is it o on us'.split(' ');

/** A short name that belongs to the split. */
export function inventHeroName(random: Random, split: Split): string {
  return drawFrom(
    split,
    () => {
      let name = '';
      while (name === '' || REFUSED.test(name) || REFUSED.test(name.toLowerCase())) {
        name = random.pick(STARTS) + random.pick(MIDDLES) + random.pick(ENDS);
      }
      return name;
    },
    (name) => name,
  );
}
