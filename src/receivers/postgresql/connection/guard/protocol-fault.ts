import { sqlState } from '../sqlstate.ts'

/** Ends a connection whose server doesn't keep to the protocol, or asks for what isn't supported. Nothing after it is read. */
export class ProtocolFault extends Error {
  override readonly name = 'ProtocolFault'
  /** An SQLSTATE, by which the connector decides what to leave alone for a while. */
  readonly code: string

  constructor(message: string, options: { readonly code?: string; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.code = options.code ?? sqlState.protocolViolation
  }
}
