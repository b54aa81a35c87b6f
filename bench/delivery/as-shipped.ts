/** As the program is started: the first line of src/start.cjs, and the flags that it sets. */
export const asShipped = [
  '--max-semi-space-size=4',
  '--no-wasm-tier-up',
  '--no-wasm-dynamic-tiering',
  '--gc-memory-reducer-start-delay-ms=1000',
]
export const rounds = 5
