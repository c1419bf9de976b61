/**
 * Goes on with a result at once if it is there, or when its promise resolves. Most reads are done in one turn of the
 * event loop; a promise for each of them would cost more than the read.
 */
export function andThen<Result, Next> (result: Result | Promise<Result>, next: (result: Result) => Next): Next | Promise<Next> {
  return result instanceof Promise ? result.then(next) : next(result)
}
