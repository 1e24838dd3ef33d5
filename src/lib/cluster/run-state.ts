/** The run states of a daemon, by number in the protocol. Only a RUNNING node hosts addresses. */
export const RUN_STATES = ['UNKNOWN', 'INIT', 'SETUP', 'FIRST_RECOVERY', 'STARTUP', 'RUNNING', 'SHUTDOWN'] as const
/** The run state of a daemon. */
export type RunState = (typeof RUN_STATES)[number]

/** Whether a daemon in this state has completed its first recovery, and so knows the state of the other nodes. */
export const knowsOtherNodes = (runState: RunState): boolean =>
  RUN_STATES.indexOf(runState) > RUN_STATES.indexOf('FIRST_RECOVERY')

/** Whether a daemon is not up yet, or not any more. False if its state is not known. */
export const isStarting = (runState: RunState | undefined): boolean => runState !== undefined && runState !== 'RUNNING'
