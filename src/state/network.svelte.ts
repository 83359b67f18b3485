/** Whether this device has any network, as the browser tells it. A site on this same device can be reached without one. */

/** The network as state. */
export class NetworkState {
  online = $state((globalThis.navigator as Partial<Navigator> | undefined)?.onLine !== false);

  /** Follows the network from now on; `onBack` hears that it is there again. */
  start(onBack: () => void): void {
    addEventListener('offline', () => {
      this.online = false;
    });
    addEventListener('online', () => {
      this.online = true;
      onBack();
    });
  }
}
