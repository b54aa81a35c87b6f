import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whether this account may mount. */
export const canMount = attemptToMount()

/** A file system of so many kilobytes. */
export function smallDisk(kilobytes: number, options = ''): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'oted-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k${options}`, 'none', path], { stdio: 'pipe' })
  return {
    path,
    [Symbol.dispose]() {
      execFileSync('umount', ['-l', path], { stdio: 'pipe' })
      rmSync(path, { recursive: true })
    },
  }
}

function attemptToMount(): boolean {
  try {
    smallDisk(64)[Symbol.dispose]()
    return true
  } catch {
    return false
  }
}
