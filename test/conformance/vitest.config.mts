import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/conformance/**/*.test.ts'],
    env: { CDK_VALIDATION: 'false' },
    // Each suite starts a control plane: two at once would only wait for each other.
    fileParallelism: false,
    pool: 'threads',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Real processes on a shared machine: a lost race for a port is tried once more, and the reporter says so.
    retry: 1,
  },
});
