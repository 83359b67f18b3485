/** What an ONNX export takes that is not part of the page. */

/** The build puts the number in its place. */
declare const ONNX_RUNTIME_BYTES: number;

/** Bytes of the ONNX Runtime and of transformers.js, as they lie on this site: some hosts send less. */
export const RUNTIME_BYTES = ONNX_RUNTIME_BYTES;
