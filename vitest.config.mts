import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/temporary-folder.ts',
    exclude: ['test/conformance/**', 'test/bench/**', 'node_modules/**'],
    // CDK's own validation costs seconds a stack; one test switches it on explicitly.
    env: { CDK_VALIDATION: 'false' },
    isolate: false,
    pool: 'threads',
    testTimeout: 30_000,
  },
});
