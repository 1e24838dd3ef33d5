import { type AppProps, useApp, useInput, usePaste } from 'ink'
import { useEffect } from 'react'
import { type Pressed, pressedKeys } from '../key-names.ts'
import type { Model } from '../model.ts'
import type { Theme } from '../theme.ts'
import { Screen } from './screen.tsx'

/** What the screen tells whoever runs it, and what that may ask of it. */
export interface Controls {
  readonly onKeys: (keys: readonly Pressed[]) => void
  readonly onPaste: (text: string) => void
  /** Ink's, as soon as it is there. */
  suspendTerminal: AppProps['suspendTerminal'] | undefined
}

/** The screen of a terminal that has keys. */
export function Root({ model, theme, controls }: { model: Model; theme: Theme; controls: Controls }) {
  const { suspendTerminal } = useApp()
  useEffect(() => {
    controls.suspendTerminal = suspendTerminal
  }, [controls, suspendTerminal])
  useInput((input, key) => controls.onKeys(pressedKeys(input, key)))
  usePaste(controls.onPaste)
  return <Screen model={model} theme={theme} />
}
