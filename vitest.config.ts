import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { RETRIES, reporters } from './test/support/reporters.ts'

const PROGRAM = 'test/**/*.program.test.ts'
const SCREEN = 'test/**/*.screen.test.ts'
const SEEDS = 'test/**/*.seeds.test.ts'
const BUGS = 'test/**/*.bugs.test.ts'
const PACKAGES = 'test/**/*.packages.test.ts'
const LAB = 'test/lab/**'

/** These tests wait more than they compute. They begin when those that do not wait have ended. */
const waiting = {
  retry: RETRIES,
  globalSetup: ['test/support/build.ts'],
  maxWorkers: 3 * availableParallelism(),
  sequence: { groupOrder: 2 },
}

/**
 * The name of a test file says to which project it belongs:
 *
 * - `*.screen.test.ts`: `screen`, needs a real terminal (tmux) or another shell. Not part of `npm test`.
 * - `*.program.test.ts`: `program`, starts processes, opens sockets, or waits for real time.
 * - `*.seeds.test.ts`: `seeds`, hundreds of random simulated clusters; thousands with `npm run test:sim`. Needs no build.
 * - `*.bugs.test.ts`: `bugs`, puts bugs into the sources, each of which a test of random clusters must notice. Not part of `npm test`, but of
 *   `npm run test:sim`.
 * - `*.packages.test.ts`: `packages`, makes the packages and installs them where there is no Node (root). Not part of `npm test`.
 * - any other `*.test.ts`: `unit`, only computes. Needs no build.
 */
export default defineConfig({
  test: {
    reporters: reporters(),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: [PROGRAM, SCREEN, SEEDS, BUGS, PACKAGES, LAB],
          // By itself vitest leaves a core idle.
          maxWorkers: availableParallelism(),
        },
      },
      {
        extends: true,
        // Each file has as many threads as there are cores. At the end of one, when only its last seeds run, the next has begun.
        test: { name: 'seeds', include: [SEEDS], maxWorkers: 2, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: { name: 'program', include: [PROGRAM], exclude: [LAB], ...waiting },
      },
      {
        extends: true,
        test: { name: 'screen', include: [SCREEN], exclude: [LAB], ...waiting },
      },
      {
        extends: true,
        test: { name: 'bugs', include: [BUGS], exclude: [LAB], ...waiting },
      },
      {
        extends: true,
        test: { name: 'packages', include: [PACKAGES], sequence: { groupOrder: 2 } },
      },
    ],
    env: { TZ: 'UTC' },
    // Files of a worker share what they import: loading it for each file takes longer than most of them run.
    isolate: false,
    // Time limits tell what hangs. On a busy machine everything may take ten times as long as on an idle one.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { requireAssertions: true, poll: { timeout: 10_000 } },
  },
})
