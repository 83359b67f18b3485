/** Simple science: the sky, the Earth, physics, machines, plants, animals, the body. Each topic has one answer. */
import { readTopics } from '../read-text.ts';
import { topicSkill } from '../topic-skill.ts';

/** Questions on simple science. */
export const science = topicSkill('science', readTopics('science'));
