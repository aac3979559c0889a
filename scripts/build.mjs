// Compiles to dist/ and puts the data files beside the code that reads them. A failed build leaves the last one.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, renameSync, rmSync } from 'node:fs';

const fresh = `dist.${process.pid}`;
try {
  const tsc = ['node_modules/typescript-native/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', fresh];
  execFileSync(process.execPath, tsc, { stdio: 'inherit' });
  for (const folder of ['lib/schemas/data', 'lib/catalog/data', 'lib/serving/data', 'lib/gateway/data']) {
    cpSync(folder, `${fresh}/${folder}`, { recursive: true });
  }
  chmodSync(`${fresh}/lib/cli/main.js`, 0o755);
  rmSync('dist', { recursive: true, force: true });
  renameSync(fresh, 'dist');
} catch (error) {
  rmSync(fresh, { recursive: true, force: true });
  // The compiler has said what is wrong.
  if (error.status === undefined) throw error;
  process.exit(1);
}
