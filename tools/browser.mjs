/**
 * Finds the Chromium that the end-to-end and conformance tests drive, and gets one where there is none.
 *
 * Plain JavaScript, because `npm test` runs it before anything is built. It drives no browser itself, and it never
 * updates or replaces one that is there.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { chromium } from '@playwright/test';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'msedge'];

const PLACES = {
  linux: ['/usr/lib/chromium/chromium', '/opt/google/chrome/chrome', '/opt/microsoft/msedge/msedge'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) => {
    const root = process.env[name];
    if (!root) return [];
    return [
      join(root, 'Google/Chrome/Application/chrome.exe'),
      join(root, 'Chromium/Application/chrome.exe'),
      join(root, 'Microsoft/Edge/Application/msedge.exe'),
    ];
  }),
};

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function onPath() {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name + suffix)));
}

export function findBrowser() {
  for (const name of ['FREEHOLD_CHROMIUM', 'CHROME_PATH']) {
    const path = process.env[name];
    if (!path) continue;
    if (!isExecutable(path)) throw new Error(`${name} names ${path}, which is no program that can be run.`);
    return { path, origin: name };
  }
  const bundled = chromium.executablePath();
  if (bundled && isExecutable(bundled)) return { path: bundled, origin: 'Playwright' };
  const installed = [...onPath(), ...(PLACES[process.platform] ?? [])].find(isExecutable);
  return installed === undefined ? null : { path: installed, origin: 'this machine' };
}

export function browserFolder(path) {
  const folders = [dirname(realpathSync(path)), '/usr/lib/chromium', '/usr/lib/chromium-browser'];
  // Debian's /usr/bin/chromium is a script: the program lies elsewhere.
  return folders.find((folder) => existsSync(join(folder, 'icudtl.dat'))) ?? folders[0];
}

function runs(command, args, environment = {}) {
  console.log(`> ${command} ${args.join(' ')}`);
  const { status } = spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
    shell: process.platform === 'win32',
    timeout: 600_000,
  });
  return status === 0;
}

function isDebianRoot() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/etc/os-release')) return false;
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
}

function install() {
  console.log('No Chromium found here: installing one for the tests.');
  // Without a network Playwright would try each of its mirrors for half a minute, several times over.
  const impatient = { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' };
  if (runs('npx', ['playwright', 'install', 'chromium'], impatient)) {
    if (isDebianRoot()) runs('npx', ['playwright', 'install-deps', 'chromium']);
    return;
  }
  if (!isDebianRoot()) return;
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
  runs('apt-get', ['update', '-qq'], quiet);
  runs('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], quiet);
}

export function ensureBrowser() {
  let browser = findBrowser();
  if (!browser) {
    install();
    browser = findBrowser();
  }
  if (!browser)
    throw new Error(
      'No Chromium was found and none could be installed. Install Chromium, Chrome or Edge (or run ' +
        '"npx playwright install chromium"), or set FREEHOLD_CHROMIUM to the path of one.',
    );
  console.log(`Browser for the tests: ${browser.path} (from ${browser.origin}).`);
  return browser;
}

export function launchOptions() {
  const browser = findBrowser();
  if (!browser) throw new Error('No Chromium here. "npm test" gets one; or set FREEHOLD_CHROMIUM.');
  return {
    executablePath: browser.path,
    // SwiftShader on every machine: the same adapter for every developer, and none is hidden behind a blocklist.
    args: ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'],
  };
}
