import { execa } from 'execa'

/** The tests of the command line run the built program, so it has to be built from what is here now. */
export default async function buildOnce(): Promise<void> {
  await execa(process.execPath, ['scripts/build.ts'], { cwd: new URL('../..', import.meta.url) })
}
