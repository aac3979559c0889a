import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/conformance/**/*.test.ts'],
    env: { CDK_VALIDATION: 'false' },
    // The runner starts suites side by side, each in a process of its own.
    fileParallelism: false,
    // Tests that say so run beside each other: a control plane is half a gigabyte and mostly waits.
    maxConcurrency: 3,
    pool: 'threads',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Real processes on a shared machine: a lost race for a port is tried once more, and the reporter says so.
    retry: 1,
  },
});
