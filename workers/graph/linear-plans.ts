/**
 * Which plan each product of a model runs with. While a forward pass is declared it notes what products there are; plans may
 * be set until the kernels are compiled. Knows no device: what is not set runs as `matvec` has it by itself.
 */
import type { LinearProduct, MatvecPlan } from '../../shaders/matvec-plan.ts';

/** A product that a model asks a plan for. */
export interface AskedProduct extends LinearProduct {
  /** Bytes of weights that one step reads through it, over all matrices of this shape. */
  readonly bytes: number;
}

/** The plans of one model. */
export class LinearPlans {
  readonly #asked = new Map<string, AskedProduct>();
  readonly #set = new Map<string, MatvecPlan>();

  /** What was asked for so far: decode's products first, and of those the ones that read most. */
  get asked(): readonly AskedProduct[] {
    return [...this.#asked.values()].sort((a, b) => a.tokens - b.tokens || b.bytes - a.bytes);
  }

  /** Notes a product that reads so many bytes of weights. */
  ask(product: LinearProduct, bytes: number): void {
    const key = productKey(product);
    this.#asked.set(key, { ...product, bytes: (this.#asked.get(key)?.bytes ?? 0) + bytes });
  }

  /** Sets what a product runs with. */
  set(product: LinearProduct, plan: MatvecPlan): void {
    this.#set.set(productKey(product), plan);
  }

  /** What a product runs with; `undefined` is the kernel's own choice. */
  planFor(product: LinearProduct): MatvecPlan | undefined {
    return this.#set.get(productKey(product));
  }
}

/** What tells products apart that may want different plans. */
function productKey({ type, rows, columns, tokens }: LinearProduct): string {
  return `${type} ${rows}×${columns} ${tokens}`;
}
