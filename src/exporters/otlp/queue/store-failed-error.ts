import { errorMessage } from '../../../telemetry/error-message.ts'

/**
 * Thrown when a store can't write: a full disk, a broken one. Nothing has changed and nothing is lost: the increments come
 * again with the next scrape.
 */
export class StoreFailedError extends Error {
  override readonly name = 'StoreFailedError'

  constructor(path: string, cause: unknown) {
    super(`the sending queue ${path} can't be written: ${errorMessage(cause)}`, { cause })
  }
}
