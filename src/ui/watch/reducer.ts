import { overlayExtent } from './draw/overlay/overlay.ts'
import { updateWith } from './update/update.ts'

/** The reducer of the watch. It limits how far an overlay scrolls by what is drawn of it. */
export const update = updateWith(overlayExtent)
