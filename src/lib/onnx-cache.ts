/** Where what runs ONNX exports is kept; the service worker's configuration names it too. */
export const ONNX_CACHE = 'freehold-onnx';
