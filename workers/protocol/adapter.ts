/** A graphics adapter as the browser tells of it. */

/** The adapter as the browser describes it; strings may be empty (Firefox, private modes). */
export interface AdapterSummary {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly features: readonly string[];
  /** Whether kernels store in f16 on this device. */
  readonly f16: boolean;
  readonly subgroups: boolean;
  /** The fewest lanes that a subgroup of any kernel has here; 0 where the browser does not say. */
  readonly subgroupLanes: number;
  /** Runs on the CPU: slow. */
  readonly isFallback: boolean;
  readonly maxBufferBytes: number;
  /** The most of a buffer that a kernel sees: what a buffer of a model may have, if it is the smaller of both. */
  readonly maxBindingBytes: number;
}
