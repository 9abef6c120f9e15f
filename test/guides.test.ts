import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { hasKubectl, kubectlBinary } from './golden-runner/kubectl/binary.js';
import { shell } from './golden-runner/kubectl/shell.js';
import { isAsPrinted, stepsOf } from './guide-runner/guide.js';

/** Every guide is followed as it is written, in a folder of its own, by a reader who has kubectl and has installed naumachia. */

const GUIDES = fileURLToPath(new URL('../docs/guides/', import.meta.url));
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COMMAND = fileURLToPath(new URL('../packages/cli/bin/naumachia.js', import.meta.url));
const guides = readdirSync(GUIDES).filter((name) => name.endsWith('.md'));
const LIMIT_MS = 240_000;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** The folder of a reader, and the shell in which it is worked. */
const reader = (): { readonly folder: string; run(script: string): ReturnType<typeof shell>; readonly leave: () => Promise<unknown> } => {
  const folder = mkdtempSync(join(tmpdir(), 'naumachia-guide-'));
  folders.push(folder);
  const [home, bin] = [join(folder, 'home'), join(folder, 'bin')];
  for (const path of [home, bin]) mkdirSync(path);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(bin, 'naumachia'), `#!/bin/sh\nexec "${process.execPath}" "${COMMAND}" "$@"\n`, { mode: 0o755 });
  if (hasKubectl()) symlinkSync(kubectlBinary(), join(bin, 'kubectl'));
  // Files that a guide names are its reader's own; variables of the runner of this test are not.
  const env = {
    PATH: `${bin}:${dirname(process.execPath)}:${process.env['PATH']}`, HOME: home, KUBECONFIG: join(home, 'kubeconfig'), NAUMACHIA_HOME: join(home, '.naumachia'), NO_COLOR: '1', TMPDIR: tmpdir(),
  };
  const run = (script: string): ReturnType<typeof shell> => shell(`set -eu -o pipefail\n${script}`, { cwd: folder, env, limitMs: LIMIT_MS });
  return { folder, run, leave: async () => run('naumachia down --all || true') };
};

describe.runIf(hasKubectl())('the guide', () => {
  it.each(guides)('%s does what it says', { timeout: LIMIT_MS }, async (name) => {
    const { folder, run, leave } = reader();
    try {
      for (const step of stepsOf(readFileSync(join(GUIDES, name), 'utf8'))) {
        if (step.type === 'save') {
          mkdirSync(dirname(join(folder, step.file)), { recursive: true });
          writeFileSync(join(folder, step.file), step.text);
          continue;
        }
        const { exit, stdout, stderr } = await run(step.script);
        const said = `docs/guides/${name}:${step.line}: ${step.script}printed\n${stdout}${stderr}`;
        expect({ exit }, said).toEqual({ exit: 0 });
        if (step.printed !== undefined) expect(isAsPrinted(step.printed, stdout + stderr), `${said}and not\n${step.printed}`).toBe(true);
      }
    } finally {
      await leave();
    }
  });
});

it('finds the guides that it follows', () => {
  expect(guides.length).toBeGreaterThan(0);
});
