import { homedir, userInfo } from 'node:os'

/** The user's home directory. */
export const homeOf = (env: NodeJS.ProcessEnv): string => env.HOME || homedir()

/** The user's name. A container may run as a user without an account. */
export function userNameOf(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username
  } catch {
    return env.USER || env.LOGNAME || String(process.getuid?.())
  }
}
