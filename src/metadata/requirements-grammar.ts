import { z } from 'zod'
import type { Privilege, Requirements, VersionRange } from './query.ts'
import { parseVersionRange } from './version-range.ts'

const versionRange = z.string().transform((text, context) => range(text, context))

const extension = z.record(z.string(), z.string()).transform((named, context): Requirements['extension'] => {
  const [entry, ...others] = Object.entries(named)
  if (entry === undefined || others.length > 0) {
    context.addIssue({ code: 'custom', message: `expected exactly one extension, found ${Object.keys(named).length}` })
    return z.NEVER
  }
  const [name, text] = entry
  return text === '*' ? { name } : { name, version: range(text, context, [name]) }
})

const privilege = z
  .strictObject({
    role: z.string().min(1).exactOptional(),
    function: z.string().min(1).exactOptional(),
    table: z.string().min(1).exactOptional(),
  })
  .transform((named, context): Privilege => {
    const [found, ...others] = (['role', 'function', 'table'] as const).flatMap((kind) => {
      const name = named[kind]
      return name === undefined ? [] : [{ kind, name }]
    })
    if (found !== undefined && others.length === 0) return found
    context.addIssue({ code: 'custom', message: 'expected exactly one of role, function, table' })
    return z.NEVER
  })

/** `requires` of a query, variant, column, source or metric. */
export const requirements = z
  .strictObject({
    server: versionRange.exactOptional(),
    role: z.enum(['primary', 'standby']).exactOptional(),
    extension: extension.exactOptional(),
    columns: z.array(z.string().min(1)).min(1).exactOptional(),
    privilege: z.union([privilege, z.array(privilege).min(1)]).exactOptional(),
  })
  .transform(
    ({ privilege: privileges, extension: named, ...rest }): Requirements => ({
      ...rest,
      ...(named === undefined ? {} : { extension: named }),
      ...(privileges === undefined ? {} : { privileges: Array.isArray(privileges) ? privileges : [privileges] }),
    }),
  )

function range(text: string, context: z.RefinementCtx, path: string[] = []): VersionRange {
  const parsed = parseVersionRange(text)
  switch (parsed.kind) {
    case 'range':
      return parsed.range
    case 'empty':
      context.addIssue({ code: 'custom', path, message: `no version fits the range ${JSON.stringify(text)}` })
      return z.NEVER
    case 'malformed':
      context.addIssue({
        code: 'custom',
        path,
        message: `expected a range of versions such as >=16 or >=14 <17, found ${JSON.stringify(text)}`,
      })
      return z.NEVER
    default:
      return parsed satisfies never
  }
}
