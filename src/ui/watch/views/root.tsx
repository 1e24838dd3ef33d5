import { type AppProps, useApp, useInput, usePaste } from 'ink'
import { Component, type ReactNode, useEffect } from 'react'
import { type Pressed, pressedKeys } from '../key-names.ts'
import type { Model } from '../model.ts'
import type { Theme } from '../theme.ts'
import { Screen } from './screen.tsx'

/** What the screen tells whoever runs it, and what that may ask of it. */
export interface Controls {
  readonly onKeys: (keys: readonly Pressed[]) => void
  readonly onPaste: (text: string) => void
  /** A view went wrong. */
  readonly onError: (error: unknown) => void
  /** Ink's, as soon as it is there. */
  suspendTerminal: AppProps['suspendTerminal'] | undefined
}

interface RootProps {
  readonly model: Model
  readonly theme: Theme
  readonly controls: Controls
}

/** The screen of a terminal that has keys. */
export function Root(props: RootProps) {
  return (
    <Guard onError={props.controls.onError}>
      <Keyed {...props} />
    </Guard>
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

/** Ink's own would draw the error with its stack where nobody can read it, as the screen goes with it. */
class Guard extends Component<{ onError: (error: unknown) => void; children: ReactNode }, { hasFailed: boolean }> {
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
