import { CtdbtsError } from './errors.ts'

/**
 * Why a program cannot listen on a TCP port: PORT_IN_USE, or CANNOT_LISTEN.
 * @param cause the error of the system, with its code.
 */
export function cannotListen(host: string, port: number, cause: Error & { readonly code?: string | undefined }): CtdbtsError {
  if (cause.code === 'EADDRINUSE') {
    return new CtdbtsError('PORT_IN_USE', `something else listens on ${host}:${port} already`, {
      hint: `choose another port, or see who has it: \`ss -ltnp 'sport = :${port}'\``,
      cause,
    })
  }
  return new CtdbtsError('CANNOT_LISTEN', `cannot listen on ${host}:${port}: ${cause.message}`, {
    hint: 'choose another port, above 1023, or another address',
    cause,
  })
}
