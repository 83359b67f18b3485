import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { connectEngine } from './engine/connect-engine.ts';
import { connectLibrary } from './engine/connect-library.ts';
import { Freehold } from './state/freehold.svelte.ts';

const app = new Freehold(connectEngine, connectLibrary);
mount(App, { target: document.getElementById('app')!, props: { app } });
void app.start();
