/**
 * Lets a software adapter have the cores that it computes on. Dawn's binding asks for news of the GPU in every turn of
 * Node's event loop as long as anything is awaited, which keeps one core busy with asking; once in a millisecond is enough
 * where the answer takes many. Real GPUs are left alone: there the wait itself is what tools measure.
 */

const POLL_MS = 1;

let isPatient = false;

/** From here on in this process. Only what native code asks for waits; JavaScript's own `setImmediate` stays as it is. */
export function pollPatiently(): void {
  if (isPatient) return;
  isPatient = true;
  const { setTimeout } = globalThis;
  // The binding looks the function up by its global name each time.
  globalThis.setImmediate = new Proxy(globalThis.setImmediate, {
    apply(setImmediate, self, [callback, ...rest]: [() => void]) {
      const isNative = rest.length === 0 && Function.prototype.toString.call(callback).includes('[native code]');
      return isNative ? setTimeout(callback, POLL_MS) : Reflect.apply(setImmediate, self, [callback, ...rest]);
    },
  });
}
