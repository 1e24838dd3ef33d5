/**
 * A generation of CTDB, for differences in behaviour and log messages: `2017` is CTDB 2.x to 4.6, `now` is 4.17 and later.
 */
export type Era = '2017' | 'now'
