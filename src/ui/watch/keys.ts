import type { Model } from './model.ts'

/** Stand-in until the key table is merged. */
export declare function keyHelp(model: Model): readonly { title: string; lines: readonly { keys: string; does: string }[] }[]
export declare function hints(model: Model): readonly { key: string; does: string }[]
