#!/usr/bin/env -S node --max-semi-space-size=4 --no-concurrent-recompilation
// The first file that runs. A Node that is too old has to get through it to say so: no syntax and no module that Node 12
// doesn't have. The flags above come too late once V8 runs. Without the second one V8 optimises on four threads, and the
// malloc of each keeps some MB for good.
const neededMajor = 24
// biome-ignore lint/style/useNodejsImportProtocol: Node 12 knows no such names
const v8 = require('v8')

if (Number.parseInt(process.versions.node, 10) < neededMajor) {
  process.stderr.write(`otelephant needs Node ${neededMajor}, this is ${process.versions.node}\n`)
  process.exitCode = 1
} else {
  // V8's flags are set here, before the program is loaded, and nowhere else: Node's manual warns of setting them later.
  // undici's HTTP parser is WebAssembly. To optimise it V8 takes 14 MB for good, for a few requests a minute.
  v8.setFlagsFromString('--no-wasm-tier-up')
  v8.setFlagsFromString('--no-wasm-dynamic-tiering')
  // Two of V8's four tiers: what they compile and what they touch of V8 is 6 MB, and without them scrapes take no more CPU.
  v8.setFlagsFromString('--no-maglev')
  v8.setFlagsFromString('--no-sparkplug')
  // Garbage is given back a second after a scrape and not eight, and by src/cli/spare-memory.ts.
  v8.setFlagsFromString('--gc-memory-reducer-start-delay-ms=1000')
  v8.setFlagsFromString('--expose-gc')
  void import('./main.ts')
}
