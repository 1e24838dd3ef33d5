import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

/** Ink asks for it in development only. */
const withoutDevtools: Plugin = {
  name: 'without-devtools',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^react-devtools-core$/ }, () => ({ path: 'absent', namespace: 'absent' }))
    onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'export default {}' }))
  },
}

/** Node runs no .tsx: the program that the tests start in a terminal, as one file. */
export async function bundleProgram(outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('./program.tsx', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
    logLevel: 'warning',
    plugins: [withoutDevtools],
  })
}
