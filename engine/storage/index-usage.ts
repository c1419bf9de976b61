/** How often an index has been chosen to find documents, since it was made or the process has begun. Nothing of it is stored. */
export class IndexUsage {
  operations = 0
  readonly since = new Date()
}
