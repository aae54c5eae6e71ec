/** The TensorFlow.js backends a test can run on: the native addon, WebAssembly, plain JavaScript. */
export type BackendName = 'tensorflow' | 'wasm' | 'cpu'
