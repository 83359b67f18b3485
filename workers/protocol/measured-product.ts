/** What the tuner tells of a device. */

/** What was measured on this device of one kind of product: a matrix of quantised weights and the activations of some tokens. */
export interface MeasuredProduct {
  /** GGUF's name of the weights' type. */
  readonly type: string;
  /** Rows of the matrix, rounded up to a power of two, and its columns. */
  readonly rows: number;
  readonly columns: number;
  readonly tokens: number;
  /** How its work is dealt to the device: lanes for a group of rows, rows of a group, groups in a workgroup. */
  readonly plan: { readonly reduction: string; readonly lanes: number; readonly rows: number; readonly groups: number };
  readonly microseconds: number;
  /** What it takes the way that it runs where nothing was measured. */
  readonly defaultMicroseconds: number;
}
