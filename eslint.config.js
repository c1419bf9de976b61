import importX from 'eslint-plugin-import-x'
import neostandard from 'neostandard'

/**
 * Who may import whom (ARCHITECTURE.md). Flat config replaces a rule's options, it does not merge them, so
 * every folder has its full list: the packages it must not name, and the folders it must not reach into.
 */
const packages = {
  app: ['fastify', 'fastify-plugin', '@fastify/*', 'mongoose'],
  engine: ['lmdb']
}

const folders = {
  schemas: { packages: ['*', '!typebox', '!typebox/*', '!./*', '!../*'], paths: ['src', 'plugins', 'engine', 'test'] },
  engine: { packages: packages.app, paths: ['src', 'plugins', 'schemas', 'test'] },
  'src/models': {
    packages: ['fastify', 'fastify-plugin', '@fastify/*', ...packages.engine],
    paths: ['src/stores', 'src/routes', 'plugins', 'engine', 'test']
  },
  'src/stores': {
    packages: ['fastify', 'fastify-plugin', '@fastify/*', ...packages.engine],
    paths: ['src/routes', 'plugins', 'engine', 'test']
  },
  'src/routes': {
    packages: ['mongoose', ...packages.engine],
    paths: ['src/models', 'engine', 'test'],
    noAreaSiblings: true
  },
  plugins: { packages: packages.engine, paths: ['src/routes', 'engine', 'test'], except: { engine: ['./index.ts'] } }
}

export default [
  { ignores: ['dist/', 'data/', '.tap/', 'coverage/'] },
  ...neostandard({ ts: true }),
  { rules: { 'no-console': 'error', 'import-x/no-cycle': 'error' } },
  ...Object.entries(folders).map(([folder, rule]) => ({
    files: [`${folder}/**/*.ts`],
    ignores: ['**/test/**'],
    plugins: { 'import-x': importX },
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ group: rule.packages, message: `${folder}/ may not import it: see ARCHITECTURE.md` }] }],
      'import-x/no-restricted-paths': ['error', { zones: zonesOf(folder, rule) }]
    }
  }))
]

function zonesOf (folder, { paths, except = {} }) {
  return paths.map((from) => ({ target: `./${folder}`, from: `./${from}`, except: except[from] ?? [] }))
}
