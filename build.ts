import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import manifest from './package.json' with { type: 'json' }

const root = import.meta.dirname

/**
 * Through `z`, the namespace as an object, esbuild can't see what of zod is used and keeps all of it, every language's
 * error texts included: 360 kB, and 4 MB of resident memory.
 */
const zodByName: Plugin = {
  name: 'zod-by-name',
  setup: (pluginBuild) => {
    pluginBuild.onLoad({ filter: /[\\/](src|generated)[\\/].*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      return { loader: 'ts', contents: source.replace("import { z } from 'zod'", "import * as z from 'zod'") }
    })
  },
}

/**
 * undici's index loads WebSocket, fetch, caches and mocks: 240 kB, and 3 MB of resident memory. An import of anything
 * else than these fails the build. Its client loads HTTP/2 and with it Node's, 2 MB, though we never offer it.
 */
const undiciInPart: Plugin = {
  name: 'undici-in-part',
  setup: (pluginBuild) => {
    pluginBuild.onLoad({ filter: /[\\/]node_modules[\\/]undici[\\/]index\.js$/ }, () => ({
      contents: `
        import apiRequest from './lib/api/api-request.js'
        import EnvHttpProxyAgent from './lib/dispatcher/env-http-proxy-agent.js'
        export { EnvHttpProxyAgent }
        export function request(url, { dispatcher, ...options }) {
          const { origin, pathname, search } = new URL(url)
          return apiRequest.call(dispatcher, { ...options, origin, path: pathname + search })
        }`,
    }))
    pluginBuild.onLoad({ filter: /[\\/]node_modules[\\/]undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/ }, () => ({
      contents: `module.exports = () => { throw new Error('the endpoint chose HTTP/2, which was not offered') }`,
    }))
  },
}

/** The start asks for the program as the file beside it. */
const programBeside: Plugin = {
  name: 'program-beside',
  setup: (pluginBuild) => {
    pluginBuild.onResolve({ filter: /\/cli\/program\.ts$/ }, () => ({ path: './program.js', external: true }))
  },
}

/** The start, which heeds signals and which an old Node understands. */
const start = { otelephant: 'src/start.cjs' }

/** The program, and the child process that reads SQL, which is started as a file of its own beside it. */
const programs = { program: 'src/cli/program.ts', 'sql-text-process': 'src/sql-text/pool/sql-text-process.ts' }

/**
 * One file for each with everything but the embedded PostgreSQL servers, which the demo looks for by name when it
 * starts. CommonJS, because Node needs 5 MB less for it than for an ES module.
 */
async function bundle(directory: string, sourceMap: boolean): Promise<void> {
  const common: BuildOptions = {
    absWorkingDir: root,
    outdir: directory,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    // Not the names: with short ones V8 needs 6 MB more to parse the program, and malloc keeps them.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    sourcemap: sourceMap ? 'external' : false,
    logLevel: 'warning',
  }
  await build({
    ...common,
    entryPoints: start,
    target: 'node12',
    // A loader of ES modules that nobody needs costs memory.
    supported: { 'dynamic-import': false },
    plugins: [programBeside],
  })
  await build({
    ...common,
    entryPoints: programs,
    target: 'node24',
    // CommonJS has no import.meta.
    // esbuildDetection is undici's: without its second HTTP parser, which has to be asked for.
    define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename', esbuildDetection: 'true' },
    // pg asks for it only when told to.
    external: ['pg-native'],
    plugins: [zodByName, undiciInPart],
  })
  await chmod(join(directory, 'otelephant.js'), 0o755)
  // The parser's glue code looks for it beside the file that it is in.
  await copyFile(join(root, 'node_modules/libpg-query/wasm/libpg-query.wasm'), join(directory, 'libpg-query.wasm'))
}

/** What is published: no dependencies, because all of them are in the bundle. */
async function describe(directory: string): Promise<void> {
  const { name, version, description, license, engines } = manifest
  const published = {
    name,
    version,
    description,
    license,
    type: 'commonjs',
    bin: { otelephant: 'otelephant.js' },
    engines,
  }
  await writeFile(join(directory, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`)
  for (const file of ['LICENSE', 'README.md']) await copyFile(join(root, file), join(directory, file))
}

const { values } = parseArgs({
  options: {
    directory: { type: 'string', default: join(root, 'dist') },
    'source-map': { type: 'boolean', default: false },
  },
})
const directory = resolve(values.directory)
await mkdir(directory, { recursive: true })
await bundle(directory, values['source-map'])
await describe(directory)
process.stdout.write(`${join(directory, 'otelephant.js')}\n`)
