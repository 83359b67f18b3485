/** Teaches what open weights are, how language models work in plain words, quantization, and how to choose a model. */
import { readTopics } from '../read-text.ts';
import { topicSkill } from '../topic-skill.ts';

/** Questions and answers on open weights and local inference, alone and in small talks. */
export const openWeights = topicSkill('open-weights', readTopics('open-weights'));
