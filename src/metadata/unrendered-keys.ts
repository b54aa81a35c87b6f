import type { z } from 'zod'
import type { Fault, Path } from '../yaml/fault.ts'
import { schemasAt } from '../yaml/schema-path.ts'
import type { Places } from '../yaml/zod-faults.ts'
import { noteOf } from './grammar/key.ts'

interface Context {
  readonly places: Places
  readonly prefix: Path
}

/** What code can't be generated of, in a value that fits the schema: it is mdatagen's and accepted, but not ignored. */
export function unrenderedKeys(schema: z.ZodType, value: unknown, context: Context): Fault[] {
  const at = (path: Path, inside: unknown): Fault[] => {
    if (typeof inside !== 'object' || inside === null) return []
    const isList = Array.isArray(inside)
    return Object.entries(inside).flatMap(([name, child]) => {
      const local = [...path, isList ? Number(name) : name]
      const why = isList ? undefined : whyNot(schemasAt(schema, local), child)
      if (why === undefined) return at(local, child)
      const whole = [...context.prefix, ...local]
      return [{ position: context.places.keyPosition(whole), path: whole, message: why }]
    })
  }
  return at([], value)
}

function whyNot(schemas: readonly z.ZodType[], value: unknown): string | undefined {
  for (const schema of schemas) {
    const why = noteOf(schema)?.unrendered?.(value)
    if (why !== undefined) return why
  }
  return undefined
}
