/** What a stream was given at once (see `Writable._writev`), as one piece. */
export const joinedChunks = (chunks: readonly { readonly chunk: Buffer }[]): Buffer =>
  Buffer.concat(chunks.map(({ chunk }) => chunk))
