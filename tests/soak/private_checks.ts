import type { Member } from "./member.ts";
import type { Verdict } from "./verdict.ts";

/** Texts that were told by `authors` and accepted, and that nobody of `members` has shown. */
export function lostTexts(authors: readonly Member[], members: readonly Member[]): string[] {
  const shown = new Set(members.flatMap(({ told }) => told.map(({ text }) => text)));
  return authors.flatMap(({ accepted }) => [...accepted.keys()]).filter((text) => !shown.has(text));
}

/** Texts that a member has shown more than once. */
export function doubledTexts(members: readonly Member[]): string[] {
  return members.flatMap(({ told }) => {
    const seen = new Set<string>();
    return told.map(({ text }) => text).filter((text) => seen.size === seen.add(text).size);
  });
}

/** Nothing that was accepted is lost; says what its author has heard of what is. */
export function checkNoneLost(
  verdict: Verdict,
  authors: readonly Member[],
  members: readonly Member[],
): void {
  const accepted = authors.reduce((sum, author) => sum + author.accepted.size, 0);
  const lost = new Set(lostTexts(authors, members));
  verdict.check(lost.size === 0, `${lost.size} lost of ${accepted} private messages accepted`);
  if (lost.size === 0) return;
  const undelivered = new Set(
    authors.flatMap(({ others }) => others.flatMap((e) => e.kind === "undelivered" ? [e.id] : [])),
  );
  const ids = authors.flatMap((author) => [...author.accepted])
    .flatMap(([text, id]) => lost.has(text) ? [id] : []);
  const told = ids.filter((id) => undelivered.has(id)).length;
  verdict.note(`of those lost, ${told} were reported undelivered to their authors afterwards`);
  verdict.note(`for instance: ${[...lost].slice(0, 5).join(", ")}`);
}

/** Says why private messages were not accepted at all: nobody was promised anything about these. */
export function noteFailures(verdict: Verdict, authors: readonly Member[]): void {
  const counts = new Map<string, number>();
  for (const { failed } of authors) {
    for (const code of failed.values()) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  const parts = [...counts].map(([code, count]) => `${count} ${code}`);
  verdict.note(`not accepted: ${parts.join(", ") || "none"}`);
}
