import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const root = join(import.meta.dirname, '..')
const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome')

/** Formats a file as the project's formatter does; the name tells the language. */
export async function format(name: string, content: string): Promise<string> {
  // Under a path that the formatter doesn't ignore, unlike that of the generated file.
  const child = spawn(process.execPath, [biome, 'format', `--stdin-file-path=${join('codegen', name)}`], { cwd: root })
  const exit = Promise.withResolvers<number | null>()
  child.once('error', exit.reject)
  child.once('close', exit.resolve)
  child.stdin.end(content)
  const [code, formatted, complaint] = await Promise.all([exit.promise, text(child.stdout), text(child.stderr)])
  if (code !== 0) throw new Error(`${name} can't be formatted: ${complaint}`)
  return formatted
}
