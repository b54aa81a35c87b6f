import { mkdtemp } from 'node:fs/promises'
import { own, type ServerAccount } from './account.ts'

/**
 * A directory of the server's own. Its path is short: the name of a Unix socket may have 107 bytes.
 * @param parent short, too
 */
export async function temporaryDirectory(account: ServerAccount | undefined, parent = '/tmp'): Promise<string> {
  const directory = await mkdtemp(`${parent}/oe-`)
  await own(directory, account)
  return directory
}
