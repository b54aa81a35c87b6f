import type { Privilege } from './query.ts'

/** The statement that gives the privilege to a role. Functions may need it in every database where they are called. */
export function grant(privilege: Privilege, role: string): string {
  switch (privilege.kind) {
    case 'role':
      return `GRANT ${privilege.name} TO ${role}`
    case 'function':
      return `GRANT EXECUTE ON FUNCTION ${privilege.name} TO ${role}`
    case 'table':
      return `GRANT SELECT ON ${privilege.name} TO ${role}`
    default:
      return privilege satisfies never
  }
}
