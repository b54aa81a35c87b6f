import { defineConfig } from 'vitest/config'

/** Where the results go as JSON too, for a script that counts them. */
const results = process.env['OTELEPHANT_TEST_RESULTS']

export default defineConfig({
  test: {
    reporters: results === undefined ? ['default'] : ['default', ['json', { outputFile: results }]],
    environment: 'node',
    include: ['test/**/*.test.ts'],
    // Forks: the servers that a test starts follow the death of the process, and threads share one.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
