import { type AppProps, useApp, useInput, usePaste } from 'ink'
import { Component, type ReactNode, useEffect } from 'react'
import type { Theme } from '../draw/theme.ts'
import type { Model } from '../model/model.ts'
import { type Pressed, pressedKeys } from './key-names.ts'
import { Screen } from './screen.tsx'

/** Callbacks of the screen, and what the terminal can call. */
export interface Controls {
  readonly onKeys: (keys: readonly Pressed[]) => void
  readonly onPaste: (text: string) => void
  /** A component has thrown an error. */
  readonly onError: (error: unknown) => void
  /** Ink's function, once the screen is mounted. */
  suspendTerminal: AppProps['suspendTerminal'] | undefined
}

interface RootProps {
  readonly model: Model
  readonly theme: Theme
  readonly controls: Controls
}

/** The screen, with its keyboard. */
export function Root(props: RootProps) {
  return (
    <ErrorBoundary onError={props.controls.onError}>
      <Keyed {...props} />
    </ErrorBoundary>
  )
}

function Keyed({ model, theme, controls }: RootProps) {
  const { suspendTerminal } = useApp()
  useEffect(() => {
    controls.suspendTerminal = suspendTerminal
  }, [controls, suspendTerminal])
  useInput((input, key) => controls.onKeys(pressedKeys(input, key)))
  usePaste(controls.onPaste)
  return <Screen model={model} theme={theme} />
}

/** Ink's own boundary would draw the error with its stack on the alternate screen, where it disappears at once. */
class ErrorBoundary extends Component<{ onError: (error: unknown) => void; children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false }

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true }
  }

  override componentDidCatch(error: unknown): void {
    this.props.onError(error)
  }

  override render(): ReactNode {
    return this.state.hasFailed ? null : this.props.children
  }
}
