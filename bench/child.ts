import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { execPath } from 'node:process'
import { text } from 'node:stream/consumers'
import type { z } from 'zod'

/**
 * Runs a file in a fresh process and gives the JSON that it prints.
 * @throws Error with what it wrote to standard error, if it fails
 */
export async function runChild<T>(
  file: string,
  args: readonly string[],
  result: z.ZodType<T>,
  flags: readonly string[] = [],
): Promise<T> {
  const child = spawn(execPath, ['--expose-gc', ...flags, file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${String(code)}: ${errors.trim()}`)
  return result.parse(JSON.parse(output))
}
