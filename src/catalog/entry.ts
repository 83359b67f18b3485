/**
 * What the catalog says of a model that it recommends: facts for a person to choose by, and which file to fetch.
 *
 * Every sentence stands in one field of its own, in English, so that it can be said in another language by the entry's id.
 * An entry promises no quality: a person's own try decides.
 */
import type { ModelSizes } from '../../workers/protocol/model.ts';

/** A model's terms. Sentences are a help and not legal advice; the text at `url` holds. */
export interface Licence {
  /** SPDX identifier, or `null` where the terms are the maker's own. */
  readonly spdx: string | null;
  readonly name: string;
  readonly url: string;
  /** Whether earning money with it is allowed at all. */
  readonly commercialUse: boolean;
  /** What one may do: a sentence or two. */
  readonly allows: string;
  /** What one must do or leave in return: a sentence or more. */
  readonly conditions: string;
}

/** Who made a model. */
export interface Maker {
  readonly name: string;
  /** Where the maker has its seat: ISO 3166-1 alpha-2, or `EU` for makers of several of its countries. */
  readonly country: string;
}

/** How weights are stored, by the usual names of llama.cpp. */
export type CatalogQuantization = 'Q4_K_M' | 'Q8_0' | 'MXFP4';

/**
 * A file to fetch. What is `null` is taken from the hub's API at the first download and kept from then on; what is not is
 * held against what arrives.
 */
export interface CatalogFile {
  /** `owner/name` on the public hub. */
  readonly repository: string;
  /** 40 hex digits: the repository's state that the figures below were read of. */
  readonly commit: string | null;
  readonly fileName: string;
  readonly quantization: CatalogQuantization;
  readonly bytes: number | null;
  /** Of the whole file, lower-case hex. */
  readonly sha256: string | null;
}

/**
 * How much of a model's making is public: its weights alone; also what it was trained on, as a list, with parts withheld;
 * or weights, data and code, so that it could be made again.
 */
type Openness = 'weights' | 'sources-named' | 'everything';

/** A recommended model. */
export interface CatalogEntry {
  /** Lower-case words joined by `-`. It never changes: translated sentences are found by it. */
  readonly id: string;
  readonly name: string;
  readonly family: string;
  readonly maker: Maker;
  /** What it is made for. An `embedding` model turns text into numbers to search by, and cannot chat. */
  readonly purpose: 'chat' | 'code' | 'embedding';
  /** GGUF's `general.architecture`. */
  readonly architecture: string;
  /** Number of weights, to three digits. */
  readonly parameters: number;
  /** Of a mixture of experts: how many weights each token uses. */
  readonly activeParameters?: number;
  /** As the maker's configuration file gives them: what its memory follows from before a byte is fetched. */
  readonly sizes: ModelSizes;
  /** Tokens that its maker made it for, without stretching; or the file's own number, where the maker names none. */
  readonly contextLength: number;
  /** BCP 47 tags of languages that its maker names; not all of them where `languageCount` is larger. */
  readonly languages: readonly string[];
  /** In how many languages it was made to work, as its maker says. */
  readonly languageCount: number;
  /** Whether it writes down thoughts before it answers, and whether a person can choose. */
  readonly thinking: 'never' | 'always' | 'optional';
  /** Year and month, `2025-04`. */
  readonly released: string;
  /** Year and month up to which it knows the world, as its maker says, or `null`: not said. */
  readonly knowledgeCutoff: string | null;
  readonly licence: Licence;
  readonly openness: Openness;
  readonly strengths: string;
  readonly weaknesses: string;
  /** Whose outlook it has and what it keeps quiet about, as far as that is documented in public. */
  readonly slant: string;
  /** One, or two of different size; the one to recommend first. */
  readonly files: readonly [CatalogFile] | readonly [CatalogFile, CatalogFile];
  /** Public documents that the entry was held against. */
  readonly sources: readonly string[];
  /** The day of that, `2026-11-21`. */
  readonly checkedOn: string;
}
