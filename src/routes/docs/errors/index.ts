import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { catalogue } from '../../../errors.js'

/** Where the `type` of every problem leads. */
export default (async function errorReferenceRoutes (app) {
  const page = errorPage()
  app.get('', { config: { public: true, offline: true }, schema: { hide: true } }, async (_request, reply) => {
    return reply.type('text/html; charset=utf-8').send(page)
  })
}) satisfies FastifyPluginAsyncTypebox

function errorPage (): string {
  const entries = Object.entries(catalogue).map(([code, { status, title, detail }]) =>
    `<dt id="${code.toLowerCase().replaceAll('_', '-')}"><code>${code}</code> ${status} ${title}</dt><dd>${detail}</dd>`)
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Quire: errors</title><h1>Errors</h1><dl>${entries.join('\n')}</dl></html>\n`
}
