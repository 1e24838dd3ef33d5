import { renderToString } from 'ink'
import type { Model } from './model.ts'
import type { Theme } from './theme.ts'
import { Screen } from './views/screen.tsx'

/** What the terminal would show of a model, as text: lines of at most the model's columns, no more than its rows. */
export const frameText = (model: Model, theme: Theme): string =>
  renderToString(<Screen model={model} theme={theme} />, { columns: model.size.columns })
