import { Box } from 'ink'
import { screenBlocks } from '../draw/screen.ts'
import type { Theme } from '../draw/theme.ts'
import type { Model } from '../model/model.ts'
import { Block } from './block.tsx'

/** The whole screen of a model. */
export function Screen({ model, theme }: { model: Model; theme: Theme }) {
  const columns = Math.max(1, model.size.columns)
  const rows = Math.max(1, model.size.rows)
  return (
    <Box width={columns} height={rows} overflow="hidden">
      {screenBlocks(model).map((block) => (
        <Block key={block.id} block={block} theme={theme} />
      ))}
    </Box>
  )
}
