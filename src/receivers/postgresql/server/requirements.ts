import { grant } from '../../../metadata/grant.ts'
import type { Privilege, Requirements } from '../../../metadata/query.ts'
import { inRange } from '../../../metadata/version-range.ts'
import { quotedWhereNeeded } from '../connection/identifiers.ts'
import type { Capabilities, Extension } from './capabilities.ts'
import type { Denial } from './denials.ts'
import type { Grants } from './grants.ts'

/** Why something isn't there. `ordinary` is what nobody can mend: another version, another role. */
export interface Unmet {
  readonly ordinary: boolean
  /** Whether it is so in this one database, and is to be mended there. */
  readonly isLocal?: true
  /** Whether it is a table or function that this one database doesn't have: others may. */
  readonly isAbsent?: true
  /** What is missing and how to mend it. */
  readonly reason: string
}

/** The first requirement that isn't met; `extension` names the extension whose columns are meant. */
export function unmet(
  requires: Requirements | undefined,
  capabilities: Capabilities,
  extension?: string,
): Unmet | undefined {
  if (requires === undefined) return undefined
  const { server, role } = requires
  if (server !== undefined && !inRange(capabilities.server, server)) {
    return { ordinary: true, reason: `needs PostgreSQL ${server.text}, this is ${capabilities.server.join('.')}` }
  }
  if (role !== undefined && capabilities.role === 'unknown') {
    const recovery = {
      kind: 'function',
      name: 'pg_is_in_recovery',
      signature: 'pg_is_in_recovery()',
      isUsual: false,
    } as const
    return unmetDenial(recovery, capabilities.userName)
  }
  if (role !== undefined && role !== capabilities.role) {
    return { ordinary: true, reason: `needs a ${role}, this is a ${capabilities.role}` }
  }
  return unmetExtension(requires, capabilities, extension) ?? unmetPrivilege(requires.privileges ?? [], capabilities)
}

function unmetExtension(
  { extension: wanted, columns = [] }: Requirements,
  capabilities: Capabilities,
  inherited: string | undefined,
): Unmet | undefined {
  const name = wanted?.name ?? inherited
  if (name === undefined) return undefined
  const found = capabilities.extensions.get(name)
  if (found === undefined && capabilities.extensionsDenial !== undefined) {
    return unmetDenial(capabilities.extensionsDenial, capabilities.userName)
  }
  if (found === undefined) {
    return { ordinary: false, isLocal: true, reason: `needs the extension ${name}: CREATE EXTENSION ${name}` }
  }
  if (wanted?.version !== undefined && !inRange(found.version, wanted.version)) {
    return tooOld(`needs the extension ${name} ${wanted.version.text}, found ${found.version.join('.')}`, name, found)
  }
  if (!found.loaded) {
    return {
      ordinary: false,
      reason: `needs the library of the extension ${name}: add ${name} to shared_preload_libraries and restart the server`,
    }
  }
  if (!found.reachable) {
    return {
      ordinary: false,
      isLocal: true,
      reason: `needs the schema of the extension ${name}: GRANT USAGE ON SCHEMA ${found.schema} TO ${quotedWhereNeeded(capabilities.userName)}`,
    }
  }
  const missing = columns.filter((column) => !found.columns.has(column))
  if (missing.length === 0) return undefined
  if (capabilities.extensionsDenial !== undefined) {
    return unmetDenial(capabilities.extensionsDenial, capabilities.userName)
  }
  const version = found.version.join('.')
  return tooOld(`needs ${missing.join(', ')} of the extension ${name}, which ${version} doesn't have`, name, found)
}

/** Ordinary where the server has no newer version of the extension. */
function tooOld(reason: string, name: string, { updatable }: Extension): Unmet {
  return updatable
    ? { ordinary: false, isLocal: true, reason: `${reason}: ALTER EXTENSION ${name} UPDATE` }
    : { ordinary: true, reason }
}

function unmetPrivilege(
  privileges: readonly Privilege[],
  { privileges: found, userName, roles }: Capabilities,
): Unmet | undefined {
  const missing = privileges.find(({ kind, name }) => found.get(`${kind} ${name}`) !== true)
  if (missing === undefined) return undefined
  const { kind, name } = missing
  if (kind === 'role') return unmetRole(name, roles, userName)
  // Each database has tables and functions of its own: that one has them says nothing about another.
  if (found.get(`${kind} ${name}`) === null) {
    return { ordinary: true, isAbsent: true, reason: `needs ${describe(missing)}, which isn't there` }
  }
  const reason = `needs ${describe(missing)}: ${grant(missing, quotedWhereNeeded(userName))}`
  return { ordinary: false, isLocal: true, reason }
}

/** @param known the roles whose rights this one has; `undefined` where the server doesn't say */
export function unmetRole(name: string, known: Grants['roles'], userName: string): Unmet {
  const role = { kind: 'role', name } as const
  if (known !== undefined) {
    return { ordinary: false, reason: `needs ${describe(role)}: ${grant(role, quotedWhereNeeded(userName))}` }
  }
  const has = grant({ kind: 'function', name: 'pg_has_role(name, text)' }, quotedWhereNeeded(userName))
  const reason = `needs ${describe(role)}, and the right to see whether it has them: ${has}`
  return { ordinary: false, isLocal: true, reason }
}

/** What may not be used, and how to mend that. */
export function unmetDenial({ kind, signature }: Denial, userName: string): Unmet {
  const privilege = { kind, name: signature }
  const reason = `needs ${describe(privilege)}: ${grant(privilege, quotedWhereNeeded(userName))}`
  return { ordinary: false, isLocal: true, reason }
}

function describe({ kind, name }: Privilege): string {
  return kind === 'role' ? `the rights of ${name}` : `the ${kind} ${name}`
}

/** Why a metric or an event, or a part of it, isn't collected. */
export interface Omission extends Unmet {
  /** The name of the metric, event or other part. */
  readonly metric: string
  readonly query: string
}
