import { errorMessage } from '../../../telemetry/error-message.ts'

/** Why an attempt to deliver failed. */
export class ExportError extends Error {
  override readonly name = 'ExportError'
  /** The HTTP status; `undefined` when there was no response. */
  readonly status: number | undefined

  constructor(message: string, options: { readonly status?: number; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.status = options.status
  }
}

/** The error of a request that would fail the same way each time. */
export function unsendable(cause: unknown): ExportError {
  return new ExportError(`the request can't be sent: ${errorMessage(cause)}`, { cause })
}
