/** The reference for chat templates: Python's Jinja2, run once over many templates; see `reference.py`. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('reference.py', import.meta.url));
/** Minutes, for a thousand templates on a slow machine. */
const TIME_MAX_MS = 300_000;
const ANSWER_BYTES_MAX = 2 ** 30;

/** What becomes of a conversation: a text, what the template says as it refuses, or an error of the interpreter's. */
export type Rendering = { readonly text: string } | { readonly refusal: string } | { readonly failure: string };

/** A template with all the values that it is to be rendered with. */
export interface ReferenceJob {
  readonly template: string;
  readonly values: readonly Readonly<Record<string, unknown>>[];
}

function run(
  args: readonly string[],
  input = '',
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const python = process.env['PYTHON'] ?? 'python3';
  return spawnSync(python, args, { input, encoding: 'utf8', timeout: TIME_MAX_MS, maxBuffer: ANSWER_BYTES_MAX });
}

/** Jinja2's version in the Python that the variable `PYTHON` names, or in `python3`; `null` where there is none. */
export function referenceVersion(): string | null {
  const { status, stdout } = run(['-c', 'import jinja2; print(jinja2.__version__)']);
  return status === 0 ? stdout.trim() : null;
}

/** Renders each job's template with each of its values, `strftime_now` being at `now`. Throws an `Error` if Python does. */
export function renderReference(jobs: readonly ReferenceJob[], now: Date): readonly (readonly Rendering[])[] {
  const clock = [
    now.getFullYear(),
    now.getMonth() + 1,
    now.getDate(),
    now.getHours(),
    now.getMinutes(),
    now.getSeconds(),
  ];
  const { status, stdout, stderr } = run([SCRIPT], JSON.stringify({ now: clock, jobs }));
  if (status !== 0) throw new Error(`The reference stopped: ${stderr}`);
  return JSON.parse(stdout) as readonly (readonly Rendering[])[];
}
