import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { Note, NoteCreate, NotePage, NoteParams, NotePatch, NoteReplace } from '../../../../schemas/note.js'
import { NoteDeleteQuery, NoteListQuery, NoteReadQuery } from '../../../../schemas/note-query.js'
import { Preconditions } from '../../../../schemas/preconditions.js'
import { conditionsOf, entityTag } from './entity-tags.js'
import { nextLink } from './next-link.js'

const tags = ['Notes']

export default (async function noteRoutes (app) {
  const { notes } = app.stores

  app.post('', {
    schema: {
      tags,
      summary: 'Create a note',
      operationId: 'createNote',
      problems: ['NOTE_EXISTS', 'NOTEBOOK_NOT_FOUND', 'RESERVED_FIELD'],
      body: NoteCreate,
      response: { 201: Note }
    }
  }, async (request, reply) => {
    const note = await notes.create(request.user.id, request.body)
    reply.code(201).header('location', `/v1/notes/${note.id}`).header('etag', entityTag(note))
    return note
  })

  app.get('', {
    schema: {
      tags,
      summary: 'List notes, page by page',
      operationId: 'listNotes',
      problems: ['INVALID_CURSOR'],
      querystring: NoteListQuery,
      response: { 200: NotePage }
    }
  }, async (request, reply) => {
    const page = await notes.list(request.user.id, request.query)
    if (page.next !== undefined) reply.header('link', nextLink('/v1/notes', request.query, page.next))
    return page
  })

  app.get('/:id', {
    schema: {
      tags,
      summary: 'Read a note',
      operationId: 'readNote',
      problems: ['NOTE_NOT_FOUND', 'PRECONDITION_FAILED'],
      params: NoteParams,
      querystring: NoteReadQuery,
      headers: Preconditions,
      response: { 200: Note, 304: Type.Null({ description: 'The note is at a revision that the client has' }) }
    }
  }, async (request, reply) => {
    const { match, noneMatch } = conditionsOf(request.headers)
    const note = await notes.read(request.user.id, request.params.id, { match }, request.query.deleted === 'include')
    reply.header('etag', entityTag(note))
    if (noneMatch === '*' || noneMatch?.includes(note.rev)) return reply.code(304).send(null)
    return note
  })

  app.put('/:id', {
    schema: {
      tags,
      summary: 'Replace a note, or create it with an id of your own',
      operationId: 'replaceNote',
      problems: ['NOTE_NOT_FOUND', 'NOTE_EXISTS', 'NOTEBOOK_NOT_FOUND', 'PRECONDITION_FAILED', 'RESERVED_FIELD'],
      params: NoteParams,
      headers: Preconditions,
      body: NoteReplace,
      response: { 200: Note, 201: Note }
    }
  }, async (request, reply) => {
    const { note, created } = await notes.replace(request.user.id, request.params.id, request.body, conditionsOf(request.headers))
    if (created) reply.code(201).header('location', `/v1/notes/${note.id}`)
    reply.header('etag', entityTag(note))
    return note
  })

  app.patch('/:id', {
    config: { mediaTypes: ['application/merge-patch+json', 'application/json'] },
    schema: {
      tags,
      summary: 'Change fields of a note (JSON Merge Patch)',
      operationId: 'patchNote',
      problems: ['NOTE_NOT_FOUND', 'PRECONDITION_FAILED', 'RESERVED_FIELD'],
      params: NoteParams,
      headers: Preconditions,
      body: NotePatch,
      response: { 200: Note }
    }
  }, async (request, reply) => {
    const note = await notes.patch(request.user.id, request.params.id, request.body, conditionsOf(request.headers))
    reply.header('etag', entityTag(note))
    return note
  })

  app.delete('/:id', {
    schema: {
      tags,
      summary: 'Move a note to the trash, or remove it for good',
      operationId: 'deleteNote',
      problems: ['NOTE_NOT_FOUND', 'PRECONDITION_FAILED'],
      params: NoteParams,
      querystring: NoteDeleteQuery,
      headers: Preconditions,
      response: { 204: Type.Null({ description: 'The note is gone' }) }
    }
  }, async (request, reply) => {
    const { id } = request.params
    const conditions = conditionsOf(request.headers)
    if (request.query.purge) await notes.purge(request.user.id, id, conditions)
    else await notes.trash(request.user.id, id, conditions)
    reply.code(204)
  })

  app.post('/:id/restore', {
    schema: {
      tags,
      summary: 'Take a note out of the trash',
      operationId: 'restoreNote',
      problems: ['NOTE_NOT_FOUND', 'PRECONDITION_FAILED'],
      params: NoteParams,
      headers: Preconditions,
      response: { 200: Note }
    }
  }, async (request, reply) => {
    const note = await notes.restore(request.user.id, request.params.id, conditionsOf(request.headers))
    reply.header('etag', entityTag(note))
    return note
  })
}) satisfies FastifyPluginAsyncTypebox
