import { renderToString } from 'ink'
import type { Theme } from '../draw/theme.ts'
import type { Model } from '../model/model.ts'
import { Screen } from './screen.tsx'

/** The screen of a model as text, of at most the size in the model. */
export const frameText = (model: Model, theme: Theme): string =>
  renderToString(<Screen model={model} theme={theme} />, { columns: model.size.columns })
