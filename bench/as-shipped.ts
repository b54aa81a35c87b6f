/** Of Node, when the program is started by its name: the first line of src/start.cjs. */
export const firstLine = ['--max-semi-space-size=4', '--no-concurrent-recompilation']

/** As the program is started by its name: its first line, and the flags that src/start.cjs sets. */
export const asShipped = [
  ...firstLine,
  '--no-wasm-tier-up',
  '--no-wasm-dynamic-tiering',
  '--no-maglev',
  '--no-sparkplug',
  '--gc-memory-reducer-start-delay-ms=1000',
]
