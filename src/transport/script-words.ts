import { isSea } from 'node:sea'

/** The first argument with which the single executable runs a file of JavaScript instead of the program. */
export const RUN_SCRIPT = '--run-script'

/** The words of a command that runs a file of JavaScript: by Node, or by the single executable, which has Node in it. */
export const scriptWords = (path: string): string[] => (isSea() ? [process.execPath, RUN_SCRIPT, path] : [process.execPath, path])
