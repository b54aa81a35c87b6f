import type { Connection } from '../connection/connection.ts'

export const rolesSql = `SELECT /* otelephant roles */ r.oid, r.rolname FROM pg_roles AS r WHERE r.oid = ANY ($1::oid[])`

/** The names of roles, asked for once each. A role that was dropped has none. */
export class RoleNames {
  readonly #names = new Map<string, string | undefined>()

  get(oid: string): string | undefined {
    return this.#names.get(oid)
  }

  async learn(oids: readonly string[], connection: Connection, signal: AbortSignal): Promise<void> {
    const missing = [...new Set(oids)].filter((oid) => !this.#names.has(oid))
    if (missing.length === 0) return
    const rows = await connection.query('roles', rolesSql, [`{${missing.join(',')}}`], signal)
    for (const oid of missing) this.#names.set(oid, undefined)
    for (const [oid, name] of rows) this.#names.set(oid ?? '', name ?? undefined)
  }
}
