/** Why an attempt to deliver failed. */
export class ExportError extends Error {
  override readonly name = 'ExportError'
  /** The HTTP status; `undefined` when there was no answer. */
  readonly status: number | undefined

  constructor(message: string, options: { readonly status?: number; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.status = options.status
  }
}
