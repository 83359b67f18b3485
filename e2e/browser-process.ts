/** A browser as a program of its own with a profile that stays, so that it can be killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chromium } from '@playwright/test';
import { launchOptions } from '../tools/browser.mjs';
import { Person } from './site.ts';

/** A browser that runs. */
export interface BrowserProcess {
  readonly person: Person;
  /** Ends it with all its children at once, as a power cut does. */
  kill(): Promise<void>;
}

/** Starts a browser; `args` in place of those for the software adapter. */
export async function startBrowser(profile: string, args = launchOptions().args): Promise<BrowserProcess> {
  const flags = ['--headless=new', '--no-sandbox', '--remote-debugging-port=0', `--user-data-dir=${profile}`];
  const child = spawn(launchOptions().executablePath, [...flags, ...args, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const browser = await chromium.connectOverCDP(await endpointOf(child));
  return {
    person: new Person(browser.contexts()[0]!.pages()[0]!),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      process.kill(-child.pid!, 'SIGKILL');
      await gone;
    },
  };
}

function endpointOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr!.on('data', (data: Buffer) => {
      text += data.toString();
      const found = /DevTools listening on (\S+)/.exec(text);
      if (found) resolve(found[1]!);
    });
    child.once('exit', () => reject(new Error(`the browser ended: ${text}`)));
  });
}
