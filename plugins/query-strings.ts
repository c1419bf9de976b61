import type { RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import Type, { type TObject } from 'typebox'

const noParameters = Type.Object({}, { additionalProperties: false })

type Conversion = (text: unknown) => unknown

/**
 * Query strings are text, so where a schema wants an integer or a boolean, the canonical text of one becomes
 * it; `0x10`, `1e1` and a parameter that is given twice stay what they are, and fail the validation. A route
 * without a query schema takes no parameters.
 */
export default fp(async function queryStrings (app) {
  app.addHook('onRoute', (route) => {
    const querystring = (route.schema?.querystring ?? noParameters) as TObject
    const conversions = conversionsOf(querystring)
    route.schema = { ...route.schema, querystring }
    if (conversions.length > 0) route.preValidation = [convertQuery(conversions), ...hooksOf(route)]
  })
}, { name: 'query-strings' })

function conversionsOf ({ properties }: TObject): [string, Conversion][] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const convert = conversions.get('type' in schema ? schema.type : undefined)
    return convert ? [[name, convert]] : []
  })
}

const conversions = new Map<unknown, Conversion>([
  ['integer', (text) => typeof text === 'string' && /^-?(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text],
  ['boolean', (text) => text === 'true' || (text === 'false' ? false : text)]
])

function convertQuery (conversions: [string, Conversion][]) {
  return async (request: { query: unknown }): Promise<void> => {
    const query = request.query as Record<string, unknown>
    for (const [name, convert] of conversions) if (Object.hasOwn(query, name)) query[name] = convert(query[name])
  }
}

function hooksOf ({ preValidation = [] }: RouteOptions) {
  return Array.isArray(preValidation) ? preValidation : [preValidation]
}
