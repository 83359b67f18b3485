/** Finds a Python that has PyTorch. */
import { spawnSync } from 'node:child_process';

/** Where it is looked for, after what the variable `PYTHON` names; the system's own comes last. */
const CANDIDATES = ['python3', '/usr/bin/python3'];

/** The first Python that can import torch and numpy. Throws an `Error` that says how to get one. */
export function findPython(): string {
  const named = process.env['PYTHON'];
  const candidates = named === undefined ? CANDIDATES : [named];
  const found = candidates.find((python) => spawnSync(python, ['-c', 'import torch, numpy']).status === 0);
  if (found !== undefined) return found;
  throw new Error(
    `No PyTorch in ${candidates.join(' or ')}. Install one ("apt install python3-torch", or pip), or name a Python in PYTHON.`,
  );
}
