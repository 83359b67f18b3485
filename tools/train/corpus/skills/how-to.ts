/** Everyday how-tos: kitchen, house, letters, learning, travel, first aid, devices. Where health is at stake: get help. */
import { readTopics } from '../read-text.ts';
import { topicSkill } from '../topic-skill.ts';

/** Questions on how to do everyday things. */
export const howTo = topicSkill('how-to', readTopics('how-to'));
