/** The address of a built worker, which Vite gives. */
declare module '*?worker&url' {
  const url: string;
  export default url;
}

/** A built worker's code, which Vite puts into the code that starts it. The browser's own tools call it by its name. */
declare module '*?worker&inline' {
  const InlineWorker: new (options: { readonly name: string }) => Worker;
  export default InlineWorker;
}

/** The address of a built file. */
declare module '*.wasm?url' {
  const url: string;
  export default url;
}
