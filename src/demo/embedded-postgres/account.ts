import { chown } from 'node:fs/promises'
import { geteuid } from 'node:process'

/** Whom the server runs as, and who owns its files. */
export interface ServerAccount {
  readonly uid: number
  readonly gid: number
}

/** `nobody`, in numbers: they hold on every system, the names don't. */
const nobody: ServerAccount = { uid: 65_534, gid: 65_534 }

/** PostgreSQL refuses to run as root; `undefined` is the user that we are. */
export function serverAccount(): ServerAccount | undefined {
  return geteuid?.() === 0 ? nobody : undefined
}

export async function own(path: string, account: ServerAccount | undefined): Promise<void> {
  if (account !== undefined) await chown(path, account.uid, account.gid)
}
