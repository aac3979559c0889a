import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whatever tests and libraries leave in the temporary folder, CDK's assemblies above all, goes when the run is over. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-tests-'));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
