/** What studies say of models from the West in general, for makers of whose models nothing closer is known. */

/** Two studies over many models; neither is about one model of this catalog alone. */
export const WESTERN_SLANT =
  'Studies of many models find that they share the outlook of where they were made: Western views of history and politics, and on questions that divide the United States mostly those of the left. This one was not measured by itself.';

/** Where that is documented. */
export const WESTERN_SLANT_SOURCES = ['https://arxiv.org/abs/2410.18417', 'https://arxiv.org/abs/2412.16746'] as const;
