import type { Attributes } from './attributes.ts'

/** An event's row of the generated table. */
export interface EventInfo {
  readonly name: string
  /** The names of its attributes, in the order in which they are sent. */
  readonly attributes: readonly string[]
  /** Those of them that are declared double. */
  readonly doubles: readonly string[]
  /** Those of them that have the same value in every record. */
  readonly constants: Attributes
}
