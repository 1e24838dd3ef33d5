import { Box, Text } from 'ink'
import type { Line } from '../line.ts'
import { paintLine, type Theme } from '../theme.ts'

/** A part of the screen. */
export interface Place {
  readonly left: number
  readonly top: number
  readonly columns: number
  readonly rows: number
}

/** Lines at a place of the screen, over what is there; those that do not fit are left out, missing ones are empty. */
export function Block({ place, lines, theme }: { place: Place; lines: readonly Line[]; theme: Theme }) {
  const { left, top, columns, rows } = place
  const shown = Array.from({ length: rows }, (_, index) => ({ row: top + index, line: lines[index] ?? [] }))
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
