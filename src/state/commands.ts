/** Everything that can be done from anywhere by keyboard: what the command palette offers and the list of keys tells. */
import type { Shortcut } from '../lib/shortcuts.ts';
import { m } from '../paraglide/messages.js';
import type { Freehold } from './freehold.svelte.ts';
import type { Route } from './route.svelte.ts';

/** Something that can be done. */
export interface Command {
  readonly label: string;
  readonly keys?: Shortcut;
  /** Whether it can be done now. */
  readonly ready: boolean;
  readonly run: () => unknown;
}

/** What the page itself does, beyond its state. */
export interface PageActions {
  /** Begins a chat and brings the keyboard to where a person writes. */
  readonly newChat: () => void;
  readonly toggleChats: () => void;
  /** Brings the keyboard to where a person writes. */
  readonly write: () => void;
  readonly searchChats: () => void;
}

/** The commands as they stand now. */
export function commandsOf(app: Freehold, route: Route, page: PageActions): Command[] {
  const { chats, conversation } = app;
  const last = chats.path.findLast(({ role }) => role !== 'break');
  const answer = last?.role === 'assistant' && last.content !== '' ? last : undefined;
  const { current } = chats;
  const hasChats = chats.list.length > 0;
  return [
    { label: m.chats_new(), keys: { key: 'o', mod: true, shift: true }, ready: true, run: page.newChat },
    { label: m.app_command_write(), keys: { key: '/', outsideText: true }, ready: true, run: page.write },
    { label: m.app_command_toggle_chats(), keys: { key: 'b', mod: true }, ready: hasChats, run: page.toggleChats },
    {
      label: m.chats_search_all(),
      keys: { key: 'f', mod: true, shift: true },
      ready: hasChats,
      run: page.searchChats,
    },
    {
      label: m.app_command_stop(),
      keys: { key: 'escape' },
      ready: conversation.answer !== null,
      run: () => app.stopAnswer(),
    },
    {
      label: m.app_command_again(),
      ready: last !== undefined && app.canAnswer,
      run: () => last && app.talk(() => conversation.regenerate(last.id)),
    },
    {
      label: m.app_command_continue(),
      ready: answer !== undefined && app.canAnswer,
      run: () => answer && app.talk(() => conversation.continue(answer.id)),
    },
    {
      label: m.app_command_copy(),
      keys: { key: 'c', mod: true, shift: true },
      ready: answer !== undefined && 'clipboard' in navigator,
      run: () => answer && app.copy(answer.content),
    },
    {
      label: m.app_command_name(),
      ready: current !== null && last !== undefined && app.canAnswer,
      run: () => app.talk(() => conversation.nameChat()),
    },
    {
      label: current?.pinned === true ? m.app_command_unpin() : m.app_command_pin(),
      ready: current !== null,
      run: () => current && chats.change(current.id, { pinned: !current.pinned }),
    },
    {
      label: m.app_command_archive(),
      ready: current !== null && !current.archived,
      run: () => {
        if (current === null) return;
        chats.change(current.id, { archived: true });
        page.newChat();
      },
    },
    {
      label: m.app_command_delete(),
      keys: { key: 'd', mod: true, shift: true },
      ready: current !== null,
      run: () => current && app.removeChat(current.id),
    },
    {
      label: m.app_command_undo(),
      keys: { key: 'z', mod: true, outsideText: true },
      ready: app.undo.offer !== null,
      run: () => app.undoDeletion(),
    },
    {
      label: m.app_models(),
      keys: { key: 'l', mod: true, shift: true },
      ready: true,
      run: () => route.open('library'),
    },
    { label: m.app_settings(), keys: { key: ',', mod: true }, ready: true, run: () => route.open('settings') },
    { label: m.app_privacy_panel(), ready: true, run: () => route.open('privacy') },
    { label: m.app_benchmark(), ready: true, run: () => route.open('benchmark') },
    { label: m.app_data(), ready: true, run: () => route.open('data') },
    { label: m.app_command_lock(), ready: app.vault.phase === 'open', run: () => app.lock() },
    { label: m.app_commands(), keys: { key: 'k', mod: true }, ready: true, run: () => route.open('commands') },
    { label: m.app_keys(), keys: { key: '?', outsideText: true }, ready: true, run: () => route.open('keys') },
  ];
}
