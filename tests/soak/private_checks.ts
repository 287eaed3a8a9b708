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
  const outcomes = new Map<string, string>();
  for (const event of authors.flatMap(({ others }) => others)) {
    if (event.kind === "delivered" || event.kind === "undelivered") {
      outcomes.set(event.id, event.kind);
    }
  }
  for (const outcome of ["undelivered", "delivered", undefined]) {
    const texts = authors.flatMap((author) => [...author.accepted])
      .flatMap(([text, id]) => lost.has(text) && outcomes.get(id) === outcome ? [text] : []);
    const heard = outcome ? `that it was ${outcome}` : "nothing more";
    if (texts.length === 0) continue;
    verdict.note(`of ${texts.length} of these the author has heard ${heard}: ${sample(texts)}`);
  }
  const unreadable = members.reduce((sum, member) => sum + member.count("unreadable"), 0);
  verdict.note(`${unreadable} reported as unreadable by addressees`);
}

function sample(texts: readonly string[]): string {
  return texts.slice(0, 5).join(", ") + (texts.length > 5 ? ", …" : "");
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
