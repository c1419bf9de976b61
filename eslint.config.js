import { dirname, relative, resolve } from 'node:path'
import importX, { createNodeResolver } from 'eslint-plugin-import-x'
import neostandard from 'neostandard'

/**
 * Who may import whom: the table of ARCHITECTURE.md. A name that ends in / or : stands for everything below
 * it, '.' for the importing file's own folder. Nothing else may be imported; tests are free.
 */
const mayImport = {
  schemas: { packages: ['typebox'], files: ['schemas/'] },
  engine: { packages: ['node:', 'lmdb', 'bson'], files: ['engine/'] },
  'engine/faults': { packages: ['node:', 'bson', 'mongodb'], files: ['engine/'] },
  'engine/cli': { packages: ['node:', 'bson', 'mongodb'], files: ['engine/'] },
  'src/models': { packages: ['node:', 'mongoose'], files: ['src/models/', 'schemas/'] },
  'src/stores': {
    packages: ['node:', 'mongoose'],
    files: ['src/stores/', 'src/models/', 'src/access.ts', 'src/errors.ts', 'src/document-rules.ts', 'schemas/']
  },
  'src/routes': { packages: ['node:', 'fastify', '@fastify/', 'typebox'], files: ['.', 'src/errors.ts', 'schemas/'] },
  src: { packages: ['node:', 'typebox', 'fastify', 'fastify-plugin', '@fastify/', 'close-with-grace'], files: ['src/*', 'schemas/'] },
  plugins: {
    packages: ['node:', 'typebox', 'fastify', 'fastify-plugin', '@fastify/', 'mongoose', 'bcryptjs', 'piscina'],
    files: ['.', 'plugins/', 'src/*', 'src/models/', 'src/stores/', 'schemas/', 'engine/index.ts']
  }
}

const direction = {
  meta: { type: 'problem', schema: [{ type: 'object' }] },
  create (context) {
    const [{ packages, files }] = context.options
    const from = relative(context.cwd, dirname(context.filename))
    const check = ({ source }) => {
      if (typeof source?.value !== 'string') return
      const name = source.value.startsWith('.') ? pathOf(source.value, from) : source.value
      const allowed = source.value.startsWith('.') ? files.map((file) => file === '.' ? `${from}/` : file) : packages
      if (!allowed.some((pattern) => matches(pattern, name))) {
        context.report({ node: source, message: `${from}/ may not import ${name}: see ARCHITECTURE.md` })
      }
    }
    return { ImportDeclaration: check, ImportExpression: check, ExportAllDeclaration: check, ExportNamedDeclaration: check }
  }
}

export default [
  { ignores: ['dist/', 'data/', '.tap/', 'coverage/'] },
  ...neostandard({ ts: true }),
  {
    plugins: { 'import-x': importX, quire: { rules: { direction } } },
    settings: {
      'import-x/extensions': ['.ts', '.js'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [createNodeResolver({ extensionAlias: { '.js': ['.ts', '.js'] } })]
    },
    rules: {
      'no-console': 'error',
      'import-x/no-cycle': 'error',
      '@typescript-eslint/no-redeclare': 'off' // the compiler refuses real ones; a schema and its type share a name
    }
  },
  ...Object.entries(mayImport).map(([folder, lists]) => ({
    files: folder === 'src' ? ['src/*.ts'] : [`${folder}/**/*.ts`],
    ignores: ['**/test/**'],
    rules: { 'quire/direction': ['error', lists] }
  }))
]

function pathOf (specifier, from) {
  return relative('/', resolve('/', from, specifier)).replace(/\.js$/, '.ts')
}

function matches (pattern, name) {
  if (pattern.endsWith('/*')) return dirname(name) === pattern.slice(0, -2)
  return name === pattern || (/[/:]$/.test(pattern) ? name.startsWith(pattern) : name.startsWith(`${pattern}/`))
}
