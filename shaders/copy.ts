/** A plain copy: the most bytes a second that this device can move, which the bench holds every other kernel against. */
import { spread, type Kernel } from './kernel.ts';
import text from './copy.wgsl?raw';

/** Size of both buffers. */
export interface CopyShape {
  /** Elements of 16 bytes (vec4f). */
  readonly elements: number;
}

const WORKGROUP_SIZE = 256;

/** `source` and `destination` (elements) of vec4f. Moves 32 bytes an element: 16 read and 16 written. */
export const copy: Kernel<CopyShape> = {
  name: 'copy',
  bindings: [
    { name: 'source', access: 'read' },
    { name: 'destination', access: 'read_write' },
  ],
  source: () => text,
  overrides: ({ elements }) => ({ WORKGROUP_SIZE, ELEMENTS: elements }),
  workgroups: ({ elements }) => [...spread(Math.ceil(elements / WORKGROUP_SIZE)), 1],
};
