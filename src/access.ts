/**
 * Who may do what. This table is the one place that answers it: for routes, lists, changes, and whatever
 * else comes to read or write. So far only the owner of a thing may do anything with it.
 */
const permissions = {
  'note:read': 'owner',
  'note:write': 'owner',
  'note:purge': 'owner',
  'notebook:read': 'owner',
  'notebook:fill': 'owner'
} as const

export type Permission = keyof typeof permissions

/**
 * The part of a filter that leaves only what the user may do this with, in the database's own terms: `user`
 * is the id as rows have it. It is part of every read and of every write, so that nothing is decided on what was read before.
 */
export function scope<Id> (user: Id, permission: Permission): { [Role in typeof permissions[Permission]]: Id } {
  return { [permissions[permission]]: user }
}

/** A filter within the user's scope. `$and` keeps the two apart: no filter can override the scope (S-079). */
export function within<Id, Filter> (user: Id, permission: Permission, filter: Filter) {
  return { $and: [scope(user, permission), filter] }
}
