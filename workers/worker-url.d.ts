/** The address of a built worker, which Vite gives. */
declare module '*?worker&url' {
  const url: string;
  export default url;
}
