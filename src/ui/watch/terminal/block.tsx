import { Box, Text } from 'ink'
import type { ScreenBlock } from '../draw/screen.ts'
import { paintLine, type Theme } from '../draw/theme.ts'

/** Draws a block at its place on the screen. */
export function Block({ block, theme }: { block: ScreenBlock; theme: Theme }) {
  const { left, top, columns, rows } = block.rect
  const shown = Array.from({ length: rows }, (_, index) => ({ row: top + index, line: block.lines[index] ?? [] }))
  return (
    <Box position="absolute" left={left} top={top} width={columns} height={rows} flexDirection="column" overflow="hidden">
      {shown.map(({ row, line }) => (
        <Text key={row} wrap="truncate">
          {paintLine(line, columns, theme)}
        </Text>
      ))}
    </Box>
  )
}
