import { spawn } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

export const root = join(import.meta.dirname, '../../..')

/** What a program said and how it ended. */
export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the generator as `npm run generate` does. */
export async function runGenerator(...args: readonly string[]): Promise<Run> {
  return runNode('codegen/main.ts', ...args)
}

/** Runs a program under this Node in the project's folder. */
export function runNode(...args: readonly string[]): Promise<Run> {
  return runNodeIn(root, ...args)
}

/** Runs a program under this Node in a folder. */
export async function runNodeIn(cwd: string, ...args: readonly string[]): Promise<Run> {
  const child = spawn(process.execPath, args, { cwd })
  const exit = Promise.withResolvers<number | null>()
  child.once('error', exit.reject)
  child.once('close', exit.resolve)
  const [code, stdout, stderr] = await Promise.all([exit.promise, text(child.stdout), text(child.stderr)])
  return { code, stdout, stderr }
}

/** A folder from which generated code finds the packages that it imports; removed after the test. */
export async function outFolder(onTestFinished: (cleanup: () => Promise<void>) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'codegen-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'package.json'), '{"type": "module"}')
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}
