import { grant } from '../../metadata/grant.ts'
import type { Privilege, Requirements } from '../../metadata/query.ts'
import { inRange } from '../../metadata/version-range.ts'
import type { Capabilities, Extension } from './capabilities.ts'

/** Why something isn't there. `ordinary` is what is no fault of anybody: another version, another role. */
export interface Unmet {
  readonly ordinary: boolean
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
  if (found === undefined) {
    return {
      ordinary: false,
      reason: `needs the extension ${name}: CREATE EXTENSION ${name}, in the database that is connected to`,
    }
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
      reason: `needs the schema of the extension ${name}: GRANT USAGE ON SCHEMA ${found.schema} TO ${quoted(capabilities.userName)}`,
    }
  }
  const missing = columns.filter((column) => !found.columns.has(column))
  if (missing.length === 0) return undefined
  const version = found.version.join('.')
  return tooOld(`needs ${missing.join(', ')} of the extension ${name}, which ${version} doesn't have`, name, found)
}

/** No fault of anybody's where the server itself has nothing newer. */
function tooOld(reason: string, name: string, { updatable }: Extension): Unmet {
  return updatable
    ? { ordinary: false, reason: `${reason}: ALTER EXTENSION ${name} UPDATE` }
    : { ordinary: true, reason }
}

function unmetPrivilege(privileges: readonly Privilege[], capabilities: Capabilities): Unmet | undefined {
  const missing = privileges.find(({ kind, name }) => capabilities.privileges.get(`${kind} ${name}`) !== true)
  if (missing === undefined) return undefined
  return { ordinary: false, reason: `needs ${describe(missing)}: ${grant(missing, quoted(capabilities.userName))}` }
}

function describe({ kind, name }: Privilege): string {
  return kind === 'role' ? `the rights of ${name}` : `the ${kind} ${name}`
}

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}
