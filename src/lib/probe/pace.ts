/** How many questions all nodes together send in a second at most. */
export const QUESTIONS_PER_SECOND = 50
/** How long a node may ask, in seconds. */
export const ASKING_LIMIT_S = 120
