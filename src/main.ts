/// <reference types="vite-plugin-pwa/vanillajs" />
import { mount } from 'svelte';
import { registerSW } from 'virtual:pwa-register';
import App from './App.svelte';
import './app.css';
import { connectEngine } from './engine/connect-engine.ts';
import { connectLibrary } from './engine/connect-library.ts';
import { Freehold } from './state/freehold.svelte.ts';
import { UpdateState } from './state/update.svelte.ts';

const app = new Freehold(connectEngine, connectLibrary);
const update = new UpdateState();
mount(App, { target: document.getElementById('app')!, props: { app, update } });
update.start(registerSW);
void app.start();
