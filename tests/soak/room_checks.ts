import type { Member } from "./member.ts";
import { ms, quantile, type Verdict } from "./verdict.ts";

/** Every member has shown every message that was numbered, exactly once, and all in the same order. */
export function checkRoom(verdict: Verdict, members: readonly Member[], expected: number): void {
  const numbered = members.reduce((sum, member) => sum + member.numbered.size, 0);
  const failed = members.reduce((sum, member) => sum + member.failed.size, 0);
  verdict.check(numbered === expected && failed === 0, `${numbered} of ${expected} were numbered`);
  const texts = new Set(members.flatMap((member) => [...member.numbered.keys()]));
  let [lost, doubled, misordered] = [0, 0, 0];
  const order = members[0]!.said.map(({ text }) => text);
  for (const { said } of members) {
    const shown = new Set(said.map(({ text }) => text));
    lost += [...texts].filter((text) => !shown.has(text)).length;
    doubled += said.length - shown.size;
    misordered += said.filter(({ text }, i) => text !== order[i]).length;
  }
  verdict.check(lost === 0, `${lost} lost, over all members`);
  verdict.check(doubled === 0, `${doubled} shown twice`);
  verdict.check(misordered === 0, `${misordered} in another order than with the first member`);
  const missing = members.reduce((sum, member) => sum + member.count("missing"), 0);
  verdict.check(missing === 0, `${missing} reported missing`);
  const strange = members.flatMap(({ said }) => said).filter((e) => e.authenticity !== "signed");
  verdict.check(strange.length === 0, `${strange.length} without a good signature`);
}

/** From the call of `say` to each member's `said`, in ms, sorted. */
export function delaysMs(members: readonly Member[]): number[] {
  const calledAt = new Map(members.flatMap((member) => [...member.numbered]));
  return members.flatMap(({ said }) => said.map(({ text, at }) => at - calledAt.get(text)!))
    .sort((a, b) => a - b);
}

/** From the call of `say` to the first member's `said`: what the way to the server has cost, about. */
export function delaysToFirstMs(members: readonly Member[]): number[] {
  const firstAt = firstShownAt(members);
  const calls = members.flatMap(({ numbered }) => [...numbered]);
  return calls.map(([text, calledAt]) => (firstAt.get(text) ?? NaN) - calledAt)
    .sort((a, b) => a - b);
}

/** From the first member's `said` to each other's: what the way from the server has cost, about. */
export function delaysFromFirstMs(members: readonly Member[]): number[] {
  const firstAt = firstShownAt(members);
  return members.flatMap(({ said }) => said.map(({ text, at }) => at - firstAt.get(text)!))
    .sort((a, b) => a - b);
}

function firstShownAt(members: readonly Member[]): Map<string, number> {
  const firstAt = new Map<string, number>();
  for (const { text, at } of members.flatMap(({ said }) => said)) {
    firstAt.set(text, Math.min(at, firstAt.get(text) ?? Infinity));
  }
  return firstAt;
}

export function describeDelays(delays: readonly number[]): string {
  const [median, p90, p99] = [0.5, 0.9, 0.99].map((share) => ms(quantile(delays, share)));
  return `median ${median}, p90 ${p90}, p99 ${p99}, longest ${ms(delays.at(-1) ?? NaN)}`;
}

/** Whether every member has shown so many messages. */
export function haveAllShown(members: readonly Member[], expected: number): boolean {
  return members.every(({ said }) => said.length >= expected);
}
