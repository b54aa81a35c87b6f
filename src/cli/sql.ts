import { functionName } from '../config/function-name.ts'
import { explainFunctionScript } from '../receivers/postgresql/explain/explain-function.ts'
import { exitCode, type Io } from './io.ts'

export interface ExplainFunctionOptions {
  /** Who may call it. */
  readonly role: string
  /** `schema.name` */
  readonly name: string
}

/** `otelephant sql explain-function`: prints the script and connects to nothing. */
export function printExplainFunction({ name, role }: ExplainFunctionOptions, io: Io): number {
  const checked = functionName.safeParse(name)
  if (!checked.success) {
    io.stderr.write(`error: --name ${name}: ${checked.error.issues[0]?.message}\n`)
    return exitCode.failed
  }
  io.stdout.write(explainFunctionScript(name, role))
  return exitCode.ok
}
