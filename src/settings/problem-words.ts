/** Why a setting or a file of presets is not taken, in sentences. */
import { m } from '../paraglide/messages.js';
import { plainNumber } from '../lib/plain-number.ts';
import type { Place, PresetRefusal } from './preset-file.ts';
import { ANSWER_KINDS, type Problem } from './settings.ts';

/** What a setting's value must be, as a sentence. */
export function sayProblem(problem: Problem): string {
  switch (problem.problem) {
    case 'range':
      return m.settings_number_between({ min: plainNumber(problem.min), max: plainNumber(problem.max) });
    case 'missing':
      return m.settings_number_needed();
    case 'whole':
      return m.settings_number_whole();
    case 'null':
      return m.settings_value_not_null();
    case 'boolean':
      return m.settings_value_boolean();
    case 'number':
      return m.settings_value_number();
    case 'list':
      return m.settings_value_list({ most: problem.most });
    case 'text':
      return m.settings_value_text();
    case 'answer-kind':
      return m.settings_value_answer_kind({ kinds: ANSWER_KINDS.join(', ') });
    case 'empty-text':
      return m.settings_value_text_not_empty();
    case 'long-text':
      return m.settings_value_text_shorter({ most: problem.most });
  }
}

/** Why nothing of a file of presets is taken, as sentences. */
export function sayRefusal(refusal: PresetRefusal): string {
  switch (refusal.reason) {
    case 'too-large':
      return m.settings_file_too_large();
    case 'not-json':
      return m.settings_file_not_json();
    case 'no-list':
      return m.settings_file_no_list();
    case 'no-presets':
      return m.settings_file_no_presets();
    case 'format':
      return m.settings_file_format(refusal);
    case 'version':
      return m.settings_file_version(refusal);
    case 'too-many':
      return m.settings_file_too_many(refusal);
    case 'missing':
      return m.settings_file_missing({ where: sayPlace(refusal.place) });
    case 'no-object':
      return m.settings_file_no_object({ where: sayPlace(refusal.place) });
    case 'no-name':
      return m.settings_file_no_name({ where: sayPlace(refusal.place) });
    case 'bad-name':
      return m.settings_file_bad_name({ where: sayPlace(refusal.place) });
    case 'long-name':
      return m.settings_file_long_name({ where: sayPlace(refusal.place), most: refusal.most });
    case 'field':
      return m.settings_file_field({ where: sayPlace(refusal.place), field: refusal.field });
    case 'sets-nothing':
      return m.settings_file_sets_nothing(refusal);
    case 'unknown':
      return m.settings_file_unknown(refusal);
    case 'invalid':
      return m.settings_file_invalid({ ...refusal, problem: sayProblem(refusal.problem) });
  }
}

function sayPlace(place: Place): string {
  if (place === 'file') return m.settings_file_where();
  if (typeof place === 'number') return m.settings_file_where_preset({ number: place });
  return m.settings_file_where_settings({ name: place.settingsOf });
}
