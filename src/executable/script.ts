/** The source of a CommonJS module as a function, which gets its `require` and everything else from us. */
export const asFunction = (source: string): string => `(function (exports, require, module, __filename, __dirname) {${source}\n})`

/** What the names of assets with compiled code end with. */
export const COMPILED = '.compiled'
