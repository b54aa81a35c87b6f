/** Thrown when the place that the configuration names for an exporter's store can't be used. */
export class UnusableStoreError extends Error {
  override readonly name = 'UnusableStoreError'
  /** The key that names the place, below the exporter's own. */
  readonly path: readonly string[]

  constructor(message: string, path: readonly string[], options?: ErrorOptions) {
    super(message, options)
    this.path = path
  }
}
