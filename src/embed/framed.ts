/** What this page does in a frame, and nowhere else. Loaded before anything is shown, for no click may come before the guard. */
import { mount } from 'svelte';
import type { Freehold } from '../state/freehold.svelte.ts';
import { siteGrants } from '../state/site-grants.svelte.ts';
import FrameDesk from './FrameDesk.svelte';
import FrameRefused from './FrameRefused.svelte';
import { FrameService } from './frame-service.svelte.ts';
import { Seen } from './seen.svelte.ts';

/** Starts the page with `start`, guarded, and listens to the page around it; where it cannot be guarded, it says so instead. */
export function startFramed(start: () => Freehold): void {
  const target = document.getElementById('app')!;
  if (!Seen.canTell) {
    mount(FrameRefused, { target });
    return;
  }
  const seen = new Seen();
  seen.start();
  siteGrants.start();
  const app = start();
  const service = new FrameService(parent, app.engine, siteGrants);
  mount(FrameDesk, { target: document.body, anchor: target, props: { service, seen } });
  addEventListener('message', (event) => {
    service.take(event);
  });
}
