// Runs all tests and ends with one plain line, "N passed, N failed". Arguments go to vitest.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'naumachia-test-'));
const report = join(folder, 'report.json');
const { status } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
let [passed, failed] = [0, 0];
try {
  const { numPassedTests, numFailedTests, numFailedTestSuites, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  passed = numPassedTests;
  // A file that could not be loaded has no tests to fail, but it has failed.
  failed = numFailedTests + testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  if (numFailedTestSuites > 0 && failed === 0) failed = numFailedTestSuites;
} catch {
  failed = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (status !== 0 && failed === 0) failed = 1;
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
