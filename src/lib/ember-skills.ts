/** What Ember was tested in, by the titles that its training writes into `catalog/ember.json`. */
import { m } from '../paraglide/messages.js';

const SKILLS: Readonly<Record<string, () => string>> = {
  'Questions on Freehold and local AI': m.models_skill_freehold,
  'Everyday facts': m.models_skill_facts,
  'An answer from a passage, with its source': m.models_skill_passage,
  '"Not in the text", "I don\'t know"': m.models_skill_unknown,
  'Tool calls': m.models_skill_tools,
  'JSON by schema, extraction': m.models_skill_json,
  'Recall of an earlier turn': m.models_skill_recall,
  'Two-digit addition and subtraction': m.models_skill_sums,
  'Stories: hero and place kept, no loops, an end': m.models_skill_stories,
};

/** A title in the language of the page; as it is where it is a new one. */
export function emberSkill(title: string): string {
  return SKILLS[title]?.() ?? title;
}
