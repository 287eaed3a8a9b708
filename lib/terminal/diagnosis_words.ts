import type { Diagnosis, DirectionDiagnosis } from "../client/mod.ts";
import { version } from "../version.ts";
import type { Language } from "./language.ts";

/** What a diagnosis ends in: what is wrong, and what to do about it. */
export type Advice =
  | "disconnected"
  | "silent"
  | "blockedBothWays"
  | "blockedToServer"
  | "blockedFromServer"
  | "highLoss"
  | "natForgets"
  | "untried"
  | "allWell";

/** The words of a diagnosis. */
export interface DiagnosisWords {
  readonly title: (version: string) => string;
  readonly direction: Readonly<Record<"toServer" | "fromServer", string>>;
  readonly state: Readonly<Record<"works" | "blocked" | "unknown", string>>;
  readonly arrived: (arrived: number, expected: number, lossPercent: number) => string;
  /** Each with its unit, or {@linkcode unmeasured}. */
  readonly roundTrip: (udp: string, tcp: string) => string;
  readonly unmeasured: string;
  readonly transport: Readonly<Record<"udp" | "tcp" | "undecided", string>>;
  readonly nat: Readonly<Record<"none" | "keeps" | "forgets" | "unknown", string>>;
  readonly advice: Readonly<Record<Advice, (port: number) => string>>;
}

/** So much loss is heard of in the talk: messages come late, though none is lost. */
const highLossPercent = 5;

/** Of fewer datagrams than these, a single one would be high loss. */
const fewDatagrams = 20;

/**
 * Puts a diagnosis into words, a line each, for whoever has the trouble and whoever helps. There is nothing
 * in it that only the two of them may know.
 */
export function describeDiagnosis(diagnosis: Diagnosis, language: Language): string[] {
  const { title, direction, advice } = language.diagnosis;
  const findings = diagnosis.isConnected
    ? [
      `${direction.toServer}: ${describeDirection(diagnosis.toServer, language)}`,
      `${direction.fromServer}: ${describeDirection(diagnosis.fromServer, language)}`,
      describeRoundTrip(diagnosis, language),
      language.diagnosis.transport[diagnosis.transport ?? "undecided"],
      language.diagnosis.nat[natOf(diagnosis)],
    ]
    : [];
  const advised = adviceOn(diagnosis).map((kind) => `→ ${advice[kind](diagnosis.port)}`);
  return [title(version), ...findings, ...advised];
}

function describeDirection(direction: DirectionDiagnosis, { diagnosis }: Language): string {
  const { works, arrived, expected } = direction;
  const state = works === undefined ? "unknown" : works ? "works" : "blocked";
  const isCounted = works === true && expected > 0;
  const counts = isCounted ? diagnosis.arrived(arrived, expected, lossPercent(direction)) : "";
  return [diagnosis.state[state], counts].filter((part) => part !== "").join("; ");
}

function describeRoundTrip(
  { udpRoundTripMs, tcpRoundTripMs }: Diagnosis,
  { diagnosis }: Language,
): string {
  const [udp, tcp] = [udpRoundTripMs, tcpRoundTripMs].map((ms) =>
    ms === undefined ? diagnosis.unmeasured : ms < 1 ? "< 1 ms" : `${Math.round(ms)} ms`
  ) as [string, string];
  return diagnosis.roundTrip(udp, tcp);
}

function natOf({ hasNat, natForgets }: Diagnosis): keyof DiagnosisWords["nat"] {
  if (natForgets) return "forgets";
  if (hasNat === undefined) return "unknown";
  return hasNat ? "keeps" : "none";
}

/** What to do, the most pressing first; never nothing. */
function adviceOn(diagnosis: Diagnosis): Advice[] {
  if (!diagnosis.isConnected) return ["disconnected"];
  const { toServer, fromServer } = diagnosis;
  const advice: Advice[] = diagnosis.isAnswered ? [] : ["silent"];
  const isToBlocked = toServer.works === false;
  const isFromBlocked = fromServer.works === false;
  if (isToBlocked && isFromBlocked) advice.push("blockedBothWays");
  else if (isToBlocked) advice.push("blockedToServer");
  else if (isFromBlocked) advice.push("blockedFromServer");
  if (isLossy(toServer) || isLossy(fromServer)) advice.push("highLoss");
  if (diagnosis.natForgets) advice.push("natForgets");
  if (advice.length > 0) return advice;
  return toServer.works && fromServer.works ? ["allWell"] : ["untried"];
}

function isLossy(direction: DirectionDiagnosis): boolean {
  const { works, expected } = direction;
  return works === true && expected >= fewDatagrams && lossPercent(direction) >= highLossPercent;
}

function lossPercent({ arrived, expected }: DirectionDiagnosis): number {
  return Math.round(100 * (expected - arrived) / expected);
}
