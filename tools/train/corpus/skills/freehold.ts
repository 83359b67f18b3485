/**
 * What Ember knows of Freehold: the page, its settings, models, privacy, storage, errors, graphics and hosting.
 *
 * All of it is written by hand as topics; what is said of choosing a model, and of Ember itself, is another skill's.
 */
import type { Skill } from '../example.ts';
import { readTopics } from '../read-text.ts';
import { topicSkill } from '../topic-skill.ts';

/** Questions on Freehold with their answers. */
export const freehold: Skill = topicSkill('freehold', readTopics('freehold'));
