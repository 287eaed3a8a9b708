/** A store that is as its interface says can't refuse so many times what was computed from what it holds. */
export function lostTooOften(): Error {
  return new Error("Cannot write to a store that refuses whatever it is given");
}
