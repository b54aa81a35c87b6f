import { inspect } from 'node:util'
import { z } from 'zod'

const redacted = '[redacted]'

/** A string that doesn't print itself: not in templates, JSON, the console or a log line. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The string itself, for the one place that sends it. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return redacted
  }

  toJSON(): string {
    return redacted
  }

  [inspect.custom](): string {
    return redacted
  }
}

/**
 * A secret in a configuration file; a {@link Secret} after parsing. Faults never show what was given for it. Checks on
 * the text itself stand before the transform: `secretOf(z.string().regex(...))`.
 */
export function secretOf(text: z.ZodType<string, string>) {
  return text.transform((value) => new Secret(value)).meta({ writeOnly: true })
}

export const secret = secretOf(
  z.string().min(1, 'must not be empty; leave the key out if there is none, or check the variable that it comes from'),
)

/** Whether a schema, or what it was made of by `refine`, is a secret: JSON Schema's word for it is writeOnly. */
export function isSecretSchema(schema: z.ZodType): boolean {
  return z.globalRegistry.get(schema)?.['writeOnly'] === true
}
