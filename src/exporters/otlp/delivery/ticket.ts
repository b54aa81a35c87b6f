/** One request on its way. */
export interface Ticket {
  readonly startedMs: number
  /** It alone decides whether the circuit closes. */
  readonly isProbe: boolean
}
