/** What is seen of the page from outside: the window's title, the tab's icon, and the app's badge while nobody looks. */
import { chatName } from '../chats/title.ts';
import { tabIcon } from '../lib/tab-icon.ts';
import type { Freehold } from './freehold.svelte.ts';

/** What browsers offer for installed apps. */
interface Badge {
  setAppBadge?: (count?: number) => Promise<void>;
  clearAppBadge?: () => Promise<void>;
}

/** Keeps the signs true, from within a component. */
export function keepWindowSigns(app: Freehold): void {
  const busy = $derived(app.conversation.answer !== null);
  const name = $derived(app.chats.current === null ? null : chatName(app.chats.current));

  $effect(() => {
    document.title = `${busy ? '● ' : ''}${name === null ? '' : `${name} · `}Freehold`;
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    // The page's own icon stands in its head; only what differs from it is set, without a request.
    if (icon !== null && (busy || icon.href.startsWith('data:'))) icon.href = tabIcon(busy);
  });

  // An answer that comes while nobody looks leaves the badge on until somebody does.
  $effect(() => {
    const badge = navigator as Badge;
    if (busy && document.hidden) void badge.setAppBadge?.().catch(() => undefined);
  });
  $effect(() => {
    const look = (): void => {
      const badge = navigator as Badge;
      if (!document.hidden) void badge.clearAppBadge?.().catch(() => undefined);
      else if (app.conversation.answer !== null) void badge.setAppBadge?.().catch(() => undefined);
    };
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
    };
  });
}
