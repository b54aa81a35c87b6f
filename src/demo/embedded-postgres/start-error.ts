import { errorMessage } from '../../telemetry/error-message.ts'

/** Thrown when an embedded server can't be had: not installed, not for this machine, or it didn't start. */
export class StartError extends Error {
  override readonly name = 'StartError'

  /** @param cause what to install, or the end of the server's log, is its message */
  constructor(cause: unknown) {
    super(errorMessage(cause), { cause })
  }
}
