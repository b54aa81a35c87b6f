import { Command, CommanderError } from 'commander'
import { ConfigError } from '../config/loading/config-error.ts'
import { exitCode, type Io } from './io.ts'
import { run } from './run.ts'
import { printExplainFunction } from './sql.ts'
import { validate } from './validate.ts'
import { version } from './version.ts'

const collect = (value: string, before: readonly string[]): string[] => [...before, value]
const noTexts: readonly string[] = []

/** Runs the command that the arguments name; gives the exit code. Faults of the configuration are printed, not thrown. */
export async function runProgram(args: readonly string[], io: Io): Promise<number> {
  let code: number = exitCode.ok
  const program = new Command('otelephant')
    .description('Watches PostgreSQL and ships to New Relic over OTLP.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    })
    .hook('preAction', (_program, command) => {
      if (command.name() !== 'run') io.hangUps.stopTheProcess()
    })
  const withConfiguration = (command: Command) =>
    command
      .option('-c, --config <file>', 'a configuration file; several are merged, the later wins', collect, [...noTexts])
      .option(
        '-s, --set <path=value>',
        'one value over the files, such as receivers.postgresql.endpoint=db:5432',
        collect,
        [...noTexts],
      )

  withConfiguration(program.command('run'))
    .description('collect and deliver until stopped; without --config, from DATABASE_URL and NEW_RELIC_LICENSE_KEY')
    .option('--once', 'take two scrapes one interval apart, deliver them and end', false)
    .action(async (options) => {
      code = await run(options, io)
    })
  withConfiguration(program.command('validate'))
    .description('check the configuration and start nothing')
    .action(async (options) => {
      code = await validate(options, io)
    })
  program
    .command('demo')
    .description('watch an embedded PostgreSQL under load, with a stand-in for New Relic that shows what arrives')
    .option('--once', 'until two scrapes have been delivered, then a summary', false)
    .option('--data <folder>', 'keep the data, the queue and what has arrived there, and go on from it the next time')
    .option('--json', 'the summary as one JSON object (with --once)', false)
    .action(async (options) => {
      // Only the demo needs an embedded server and a protobuf decoder.
      const { demo } = await import('./demo.ts')
      code = await demo(options, io)
    })
  program
    .command('sql')
    .description('print SQL for an administrator to read and run')
    .command('explain-function')
    .description('a function through which a role sees plans of statements whose tables it may not read')
    .requiredOption('--role <name>', 'who may call it: the role that the collector connects as')
    .option('--name <schema.name>', 'what `plans: {function: ...}` says', 'otelephant.explain')
    .action((options) => {
      code = printExplainFunction(options, io)
    })
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode
    if (!(error instanceof ConfigError)) throw error
    io.stderr.write(`${error.message}\n`)
    return exitCode.failed
  }
}
