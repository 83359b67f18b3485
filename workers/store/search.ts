/** Searches the hub for what this engine runs. It comes with the first search. */
import { ARCHITECTURES } from '../format/architecture-names.ts';
import type { HubModels, HubQuery } from '../protocol/found.ts';
import { searchHub } from '../source/hub-search.ts';
import type { RetryPolicy } from '../source/retry.ts';

/** Finds repositories of models that run here. Rejects as `searchHub` does. */
export function search(query: HubQuery, policy?: RetryPolicy): Promise<HubModels> {
  return searchHub(query, ARCHITECTURES, policy);
}
