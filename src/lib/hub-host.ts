/** The host of the hub that repositories come from, to be named before it is asked. */
import { hubEndpoint } from './hub-endpoint.ts';

const PUBLIC_HOST = 'huggingface.co';

/** Such as `huggingface.co`, or a mirror's host. */
export function hubHost(): string {
  const endpoint = hubEndpoint();
  return endpoint !== null && URL.canParse(endpoint) ? new URL(endpoint).host : PUBLIC_HOST;
}
