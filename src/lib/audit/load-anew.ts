/**
 * How a node takes over what is new in the line of an address that it knows: `ctdb reloadips` ignores that. The runs are needed: as long as a
 * node owns an address, `ctdb addip` changes nothing (and still succeeds), and the next run takes the deleted address away.
 */
export const LOAD_ANEW =
  'run `ctdb delip ADDRESS`, `ctdb ipreallocate`, `ctdb addip ADDRESS/MASK INTERFACE` and `ctdb ipreallocate` there, one after the other. Do not leave out the first `ctdb ipreallocate`: without it, `ctdb addip` has no effect, and the node loses the address'
