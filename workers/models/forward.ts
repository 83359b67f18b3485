/** What a forward pass is written with: sizes and settings of the file, its declared weights, and the graph of ops. */
import type { Pooling } from '../format/embedding-model.ts';
import { metadataBoolean, metadataFlags, metadataInteger, metadataNumber } from '../format/metadata.ts';
import type { ModelFile } from '../format/model-file.ts';
import type { LayerCache } from '../graph/attention.ts';
import type { Graph } from '../graph/graph.ts';
import type { RopeTables } from './rope-tables.ts';
import type { ModelShape } from './shape.ts';
import type { Weights } from './weights.ts';

/** Everything that forward code may use. */
export interface Forward {
  readonly graph: Graph;
  readonly weights: Weights;
  readonly shape: ModelShape;
  readonly settings: Settings;
  readonly ropeTables: RopeTables;
  /** Of each layer. */
  readonly cache: readonly LayerCache[];
  /** Tokens that the cache holds; may be fewer than the model was trained for. */
  readonly contextLength: number;
  /** Whether a token sees only itself and what is before it; if not, each step is a whole text. */
  readonly causal: boolean;
  /** How the states of a text become its embedding; `null`: the model is to write. */
  readonly pooling: Pooling | null;
}

/** Looks into the file's metadata below its architecture's name. Throws `FileMalformed` for a value of a wrong type. */
export class Settings {
  readonly #file: ModelFile;
  readonly #architecture: string;

  constructor(file: ModelFile, architecture: string) {
    this.#file = file;
    this.#architecture = architecture;
  }

  /** What the weights came in. */
  get container(): ModelFile['container'] {
    return this.#file.container;
  }

  /** A finite number. */
  number(key: string, fallback: number): number {
    return metadataNumber(this.#file, `${this.#architecture}.${key}`, fallback);
  }

  /** A number above 0, or undefined where the file has none or 0, which is GGUF's way to switch a thing off. */
  positive(key: string): number | undefined {
    const value = this.number(key, 0);
    return value > 0 ? value : undefined;
  }

  /** A whole number from 1. */
  integer(key: string, fallback: number): number {
    return metadataInteger(this.#file, `${this.#architecture}.${key}`, { fallback });
  }

  boolean(key: string, fallback: boolean): boolean {
    return metadataBoolean(this.#file, `${this.#architecture}.${key}`, fallback);
  }

  /** A list of so many truth values, or `null` where the file has no list under the key. */
  flags(key: string, length: number): readonly boolean[] | null {
    return metadataFlags(this.#file, `${this.#architecture}.${key}`, length);
  }
}
