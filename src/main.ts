/// <reference types="vite-plugin-pwa/vanillajs" />
import type { LibraryApi } from '../workers/protocol/library.ts';
import { mount } from 'svelte';
import { registerSW } from 'virtual:pwa-register';
import App from './App.svelte';
import './app.css';
import { connectEngine } from './engine/connect-engine.ts';
import { connectLibrary } from './engine/connect-library.ts';
import { deriveKey } from './engine/derive-key.ts';
import { isErasing, reloadToErase } from './lib/erase-mark.ts';
import { closeDialogs } from './lib/close-dialogs.ts';
import { type Launch, launchedFiles, plainAddress } from './lib/launch.ts';
import { folderAddresses } from './lib/mirror.ts';
import type { Connect } from './state/engine.svelte.ts';
import { Freehold } from './state/freehold.svelte.ts';
import { LanguageState } from './state/language.svelte.ts';
import { panelOf } from './state/route.svelte.ts';
import { UpdateState } from './state/update.svelte.ts';

const language = new LanguageState(navigator.languages);
language.start();

const target = document.getElementById('app')!;
if (isErasing()) {
  void import('./components/Erased.svelte').then(({ default: Erased }) => mount(Erased, { target }));
} else {
  reloadToErase();
  if (parent === window) start();
  else void import('./embed/framed.ts').then(({ startFramed }) => startFramed(start));
}

function start(): Freehold {
  const connect: Connect<LibraryApi> = (onDied) => connectLibrary(folderAddresses(document.baseURI), onDied);
  const app = new Freehold(connectEngine, connect, deriveKey, language);
  const update = new UpdateState();
  mount(App, { target, props: { app, update } });
  update.start(registerSW);
  app.install.start();
  const takeLaunches = () => {
    const url = new URL(location.href);
    app.takeLaunch(url);
    history.replaceState(null, '', plainAddress(url));
    // An installed app is opened again with something: the page that is there takes it, and its answer goes on.
    const { launchQueue } = window as { launchQueue?: LaunchQueue };
    launchQueue?.setConsumer(({ targetURL, files = [] }) => {
      const target = new URL(targetURL ?? location.href);
      if (files.length > 0) void app.takeFiles(launchedFiles(files));
      // The shortcut to a panel.
      else if (panelOf(target.hash) !== null) return void (location.hash = target.hash);
      else if (!app.takeLaunch(target)) return;
      closeDialogs();
    });
  };
  void app.start(takeLaunches);
  return app;
}

/** Chromium's, of the Web App Launch Handler API. */
interface LaunchQueue {
  setConsumer(consumer: (launch: Launch) => void): void;
}
