import { mkdtemp } from 'node:fs/promises'
import { own, type ServerAccount } from './account.ts'

/** A short path: the name of a Unix socket may have 107 bytes. */
export async function temporaryDirectory(account: ServerAccount | undefined): Promise<string> {
  const directory = await mkdtemp('/tmp/oe-')
  await own(directory, account)
  return directory
}
