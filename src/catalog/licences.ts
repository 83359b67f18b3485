/** The terms that recommended models come under, in plain words. No legal advice: the texts that are linked hold. */
import type { Licence } from './entry.ts';

/** https://www.apache.org/licenses/LICENSE-2.0, sections 2 to 4. */
export const APACHE_2: Licence = {
  spdx: 'Apache-2.0',
  name: 'Apache License 2.0',
  url: 'https://www.apache.org/licenses/LICENSE-2.0',
  commercialUse: true,
  allows: 'Use it for anything, also to earn money. Change it and pass it on.',
  conditions:
    'If you pass it on, add the licence and the notices, and say what you changed. If you sue someone because the model infringes a patent of yours, you lose the patent rights that come with it.',
};

/** https://opensource.org/license/mit. */
export const MIT: Licence = {
  spdx: 'MIT',
  name: 'MIT License',
  url: 'https://opensource.org/license/mit',
  commercialUse: true,
  allows: 'Use it for anything, also to earn money. Change it and pass it on.',
  conditions: 'If you pass it on, keep the copyright notice and the licence with it.',
};

const LLAMA_ALLOWS = 'Use it, also to earn money. Change it and pass it on.';
const LLAMA_CONDITIONS =
  'Meta’s list of forbidden uses holds. If you pass it on or build it into something, add the licence and show “Built with Llama”; models made with it have names that begin with “Llama”. A company whose products had more than 700 million users a month when it came out must ask Meta first.';

/** https://github.com/meta-llama/llama-models/blob/main/models/llama3_2/LICENSE, sections 1 and 2. */
export const LLAMA_3_2: Licence = {
  spdx: null,
  name: 'Llama 3.2 Community License',
  url: 'https://github.com/meta-llama/llama-models/blob/main/models/llama3_2/LICENSE',
  commercialUse: true,
  allows: LLAMA_ALLOWS,
  conditions: LLAMA_CONDITIONS,
};

/** https://github.com/meta-llama/llama-models/blob/main/models/llama3_1/LICENSE, sections 1 and 2. */
export const LLAMA_3_1: Licence = {
  spdx: null,
  name: 'Llama 3.1 Community License',
  url: 'https://github.com/meta-llama/llama-models/blob/main/models/llama3_1/LICENSE',
  commercialUse: true,
  allows: LLAMA_ALLOWS,
  conditions: LLAMA_CONDITIONS,
};

/** https://ai.google.dev/gemma/terms, sections 3.1 to 3.3. */
export const GEMMA: Licence = {
  spdx: null,
  name: 'Gemma Terms of Use',
  url: 'https://ai.google.dev/gemma/terms',
  commercialUse: true,
  allows: 'Use it, also to earn money. Change it and pass it on. Google claims no rights in what it writes for you.',
  conditions:
    'Google’s list of forbidden uses holds, and Google keeps the right to restrict uses that it believes break the terms. If you pass it on, bind whoever gets it to the same list, add the terms and mark what you changed.',
};
