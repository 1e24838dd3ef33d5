/** Destinations of controls and messages that are not a PNN. */
export const DESTINATION = {
  /** The daemon to whose socket we are connected. */
  CURRENT_NODE: 0xf000_0001,
  ALL_NODES: 0xf000_0002,
  VNN_MAP_NODES: 0xf000_0003,
  CONNECTED_NODES: 0xf000_0004,
} as const
