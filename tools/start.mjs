/**
 * `npm start`: builds the site and serves it on this machine only.
 *
 * PORT asks for a port; otherwise the first free one from 4173 up. The built folder needs no particular server: this one
 * is Vite's, because it is here anyway.
 */
import { build, preview } from 'vite';

await build({ logLevel: 'warn' });
const asked = process.env.PORT;
const server = await preview({
  logLevel: 'warn',
  preview: { host: '127.0.0.1', port: asked ? Number(asked) : 4173, strictPort: Boolean(asked), open: false },
});
console.log(`\nFreehold is at ${server.resolvedUrls.local[0]}\nPress Ctrl+C to stop.`);
