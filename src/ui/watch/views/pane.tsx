import type { Layout, PaneBox } from '../layout.ts'
import type { Model } from '../model.ts'
import type { Theme } from '../theme.ts'
import { AddressView } from './address-view.tsx'
import { LogView } from './log-view.tsx'
import { NodeView } from './node-view.tsx'
import { TimelineView } from './timeline-view.tsx'

/** What every pane is drawn from. */
export interface PaneProps {
  readonly model: Model
  readonly theme: Theme
  readonly box: PaneBox
}

/** A pane, whichever it is. */
export function PaneView({ map, ...props }: PaneProps & { map: Layout['map'] }) {
  switch (props.box.pane) {
    case 'addresses':
      return <AddressView {...props} map={map} />
    case 'nodes':
      return <NodeView {...props} />
    case 'timeline':
      return <TimelineView {...props} />
    case 'log':
      return <LogView {...props} />
  }
}
