/** How far a daemon has come since it started, by its number on the wire. Only a RUNNING node hosts addresses. */
export const RUN_STATES = ['UNKNOWN', 'INIT', 'SETUP', 'FIRST_RECOVERY', 'STARTUP', 'RUNNING', 'SHUTDOWN'] as const

export type RunState = (typeof RUN_STATES)[number]

/** Whether a daemon in this state has been through its first recovery, and so knows the state of the other nodes. */
export const knowsOtherNodes = (runState: RunState): boolean =>
  RUN_STATES.indexOf(runState) > RUN_STATES.indexOf('FIRST_RECOVERY')
