import { z } from 'zod'
import type { Privilege, Requirements, VersionRange } from '../query.ts'
import { unknownName } from '../unknown-name.ts'
import { parseVersionRange } from '../version-range.ts'
import { key } from './key.ts'

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
    role: key(z.string().min(1).exactOptional(), 'membership of a role', 'pg_monitor'),
    function: key(z.string().min(1).exactOptional(), 'a function with its argument types', 'pg_ls_waldir()'),
    table: key(z.string().min(1).exactOptional(), 'a table or view', 'pg_authid'),
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

/** An entry of `requirements`, and what `requires` may say itself. */
export const requirements = z
  .strictObject({
    server: key(versionRange.exactOptional(), 'a range of versions', '">=14 <19"'),
    role: key(z.enum(['primary', 'standby']).exactOptional(), 'what the server is', 'primary'),
    extension: key(
      extension.exactOptional(),
      'one extension and a range of its versions, `"*"` for any',
      '{pg_stat_statements: ">=1.8"}',
    ),
    columns: key(
      z.array(z.string().min(1)).min(1).exactOptional(),
      "columns that the extension's view really has",
      '[wal_bytes]',
    ),
    privilege: key(
      z.union([privilege, z.array(privilege).min(1)]).exactOptional(),
      'one of these, or a list of them',
      '{role: pg_monitor}',
    ),
  })
  .transform(
    ({ privilege: privileges, extension: named, ...rest }): Requirements => ({
      ...rest,
      ...(named === undefined ? {} : { extension: named }),
      ...(privileges === undefined ? {} : { privileges: Array.isArray(privileges) ? privileges : [privileges] }),
    }),
  )

/** What can be required once. */
const single = ['server', 'role', 'extension'] as const

function joined(one: Requirements, other: Requirements): Requirements {
  const columns = [...(one.columns ?? []), ...(other.columns ?? [])]
  const privileges = [...(one.privileges ?? []), ...(other.privileges ?? [])]
  return {
    ...one,
    ...other,
    ...(columns.length === 0 ? {} : { columns }),
    ...(privileges.length === 0 ? {} : { privileges }),
  }
}

/** What has a name to be required by; an entry that is wrong in itself has one too. */
export interface NamedRequirements {
  readonly names: readonly string[]
  readonly requirements: ReadonlyMap<string, Requirements>
  /** Names that something requires. */
  readonly used: Set<string>
}

export type RequiresGrammar = ReturnType<typeof requiresGrammar>

/** The grammar of `requires` on a query, variant, column, source or metric. */
export function requiresGrammar(named: NamedRequirements) {
  const names = z.union([z.string(), z.array(z.string()).min(1)]).transform((given, context): Requirements => {
    let all: Requirements = {}
    for (const [index, name] of [given].flat().entries()) {
      const path = Array.isArray(given) ? [index] : []
      const report = (message: string) => context.addIssue({ code: 'custom', path, message })
      named.used.add(name)
      if (!named.names.includes(name)) report(unknownName('a name of requirements', name, named.names))
      const one = named.requirements.get(name) ?? {}
      const twice = single.find((key) => Object.hasOwn(all, key) && Object.hasOwn(one, key))
      if (twice !== undefined) report(`says ${twice}, and so does a name before; expected one that says both`)
      all = joined(all, one)
    }
    return all
  })
  return z.union([names, requirements])
}

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
