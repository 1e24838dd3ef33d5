/** In RECOVERY_MODE of a daemon: whether it takes part in a recovery, during which no database can be used. */
export const RECOVERY_ACTIVE = 1
