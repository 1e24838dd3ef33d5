/** Exit statuses of a shell: for a syntax error, a command that cannot run, and one that does not exist. */
export const SHELL_STATUS = { syntax: 2, cannotRun: 126, notFound: 127 } as const
