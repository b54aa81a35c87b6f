import { z } from 'zod'
import type { Path } from '../../yaml/fault.ts'
import { schemasAt } from '../../yaml/schema-path.ts'

/** What is said of a key of the metadata's grammar: docs/metadata.md is made of it, and the faults say its first clause. */
export interface KeyNote {
  /** Markdown. The first clause, up to a full stop or colon, says what the key is. */
  readonly says: string
  /** Its value, as YAML in one line. */
  readonly example: string
  /** Accepted and checked, but nothing is made of it: one of mdatagen's keys. */
  readonly isInert?: true
  /** Why code can't be generated of this value, where it can't: then nothing is generated, and this is said. */
  readonly unrendered?: (value: unknown) => string | undefined
  /** Where its own keys are explained, if not in the same table. */
  readonly see?: string
}

const notes = z.registry<KeyNote>()

/** The schema of a key with what is said of the key. */
export function key<Schema extends z.ZodType>(
  schema: Schema,
  says: string,
  example: string,
  more: Omit<KeyNote, 'says' | 'example'> = {},
): Schema {
  // A copy: the same schema may be another key's too.
  const copy = schema.clone()
  notes.add(copy, { says, example, ...more })
  return copy
}

/** A key of mdatagen's of which nothing is made; it may always be left out. */
export function inert<Schema extends z.ZodType>(schema: Schema, says: string, example: string) {
  return key(schema.exactOptional(), says, example, { isInert: true })
}

/** A key of mdatagen's that code can't be generated of. */
export function unrendered<Schema extends z.ZodType>(schema: Schema, says: string, example: string, why: string) {
  return key(schema.exactOptional(), says, example, { unrendered: () => why })
}

/** What the key at the path is, in its first clause. */
export function clauseAt(schema: z.ZodType, path: Path): string | undefined {
  for (const one of schemasAt(schema, path)) {
    const { says } = noteOf(one) ?? {}
    if (says !== undefined) return says.replace(/[.:;](?: .*)?$/s, '').replaceAll('`', '')
  }
  return undefined
}

/** What is said of the key with this schema. */
export function noteOf(schema: z.ZodType): KeyNote | undefined {
  for (const layer of schemasAt(schema, [])) {
    const note = notes.get(layer)
    if (note !== undefined) return note
  }
  return undefined
}
