/** Where a browser was found. */
export interface Browser {
  readonly path: string;
  /** What led to it: a variable's name, `Playwright` or `this machine`. */
  readonly origin: string;
}

/** The first Chromium found: a variable's, Playwright's own, then the machine's. Throws if a variable names none. */
export function findBrowser(): Browser | null;

/** The folder of the program behind a browser's path; its Vulkan loader and SwiftShader lie there. */
export function browserFolder(path: string): string;

/** As `findBrowser`, but installs one where there is none; throws with what to do where that fails too. */
export function ensureBrowser(): Browser;

/** What Playwright needs to start a browser with WebGPU on SwiftShader. Throws where there is no browser. */
export function launchOptions(): { executablePath: string; args: string[] };
