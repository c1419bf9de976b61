import { ESLint } from 'eslint'
import t from 'tap'

const eslint = new ESLint()

/** Whether the linter lets a file of that path import `specifier`. */
async function mayImport (filePath: string, specifier: string): Promise<boolean> {
  const [result] = await eslint.lintText(`import '${specifier}'\n`, { filePath })
  return !result!.messages.some(({ ruleId }) => ruleId === 'quire/direction')
}

const directions: Record<string, { may: string[], mayNot: string[] }> = {
  'schemas/note.ts': {
    may: ['typebox', './uuid.js'],
    mayNot: ['node:fs', 'fastify', 'mongoose', 'lmdb', '../src/errors.js', '../plugins/config.js', '../engine/index.js', '../test/helper.js']
  },
  'engine/commands/find.ts': {
    may: ['node:fs', 'lmdb', 'bson', '../bson/value.js', './table.js'],
    mayNot: ['fastify', '@fastify/jwt', 'mongoose', 'mongodb', 'typebox', '../../src/errors.js', '../../schemas/note.js', '../../plugins/config.js', '../../test/helper.js']
  },
  'engine/cli/dump.ts': {
    may: ['node:fs', 'mongodb', 'bson', '../bson/value.js', './program.js'],
    mayNot: ['fastify', 'mongoose', 'lmdb', 'typebox', '../../src/config.js', '../../schemas/note.js', '../../plugins/config.js']
  },
  'src/models/note.ts': {
    may: ['mongoose', '../../schemas/note.js', './user.js'],
    mayNot: ['fastify', 'lmdb', '../stores/note-store.js', '../routes/livez/index.js', '../../plugins/config.js', '../../engine/index.js', '../errors.js']
  },
  'src/stores/note-store.ts': {
    may: ['../models/note.js', '../access.js', '../errors.js', '../../schemas/note.js', './cursor.js'],
    mayNot: ['fastify', 'lmdb', '../config.js', '../app.js', '../routes/livez/index.js', '../../plugins/config.js', '../../engine/index.js']
  },
  'src/routes/v1/notes/index.ts': {
    may: ['typebox', 'fastify', '@fastify/type-provider-typebox', '../../../../schemas/note.js', '../../../errors.js', './entity-tags.js'],
    mayNot: ['mongoose', 'lmdb', '../../../models/note.js', '../../../stores/note-store.js', '../auth/tokens.js', '../../livez/index.js', '../../../config.js', '../../../../plugins/auth.js', '../../../../engine/index.js']
  },
  'src/errors.ts': {
    may: ['node:fs', '../schemas/config.js', './config.js'],
    mayNot: ['mongoose', 'lmdb', './routes/livez/index.js', './stores/note-store.js', '../plugins/config.js', '../engine/index.js']
  },
  'plugins/auth.ts': {
    may: ['fastify', '@fastify/jwt', 'mongoose', '../src/errors.js', '../src/stores/index.js', '../schemas/user.js', '../engine/index.js', './auth/tokens.js'],
    mayNot: ['lmdb', 'bson', '../src/routes/livez/index.js', '../engine/supervisor.js', '../engine/bson/value.js', '../test/helper.js']
  }
}

for (const [file, { may, mayNot }] of Object.entries(directions)) {
  t.test(`${file} imports downwards only`, async (t) => {
    for (const specifier of may) t.equal(await mayImport(file, specifier), true, specifier)
    for (const specifier of mayNot) t.equal(await mayImport(file, specifier), false, specifier)
  })
}

t.test('a type, a re-export and a dynamic import are imports too', async (t) => {
  for (const text of ["import type { A } from 'fastify'", "export { a } from 'fastify'", "export * from 'fastify'", "await import('fastify')"]) {
    const [result] = await eslint.lintText(`${text}\n`, { filePath: 'schemas/note.ts' })
    t.ok(result!.messages.some(({ ruleId }) => ruleId === 'quire/direction'), text)
  }
})

t.test('two files may not import each other', async (t) => {
  const [result] = await eslint.lintText("import './config.js'\n", { filePath: 'src/secrets.ts' })
  t.ok(result!.messages.some(({ ruleId }) => ruleId === 'import-x/no-cycle'))
})
