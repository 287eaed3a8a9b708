import type { UdpProfile } from "./chaos_profile.ts";
import type { SeededRandom } from "./seeded_random.ts";

/** What becomes of one datagram. */
export interface DatagramFate {
  /** How long each of its copies is on its way: none where it is lost. */
  readonly delaysMs: readonly number[];
  /** Which of its bits arrives flipped, counted from its first byte's lowest. */
  readonly flippedBit: number | undefined;
}

/**
 * Draws a datagram's fate. It takes as many numbers whatever the profile says, so a profile that is changed
 * in one respect leaves everything else that happens to later datagrams as it was.
 */
export function drawFate(random: SeededRandom, profile: UdpProfile, bytes: number): DatagramFate {
  const isLost = random.fraction() < profile.loss || profile.isCut;
  const isDoubled = random.fraction() < profile.duplication;
  const isCorrupted = random.fraction() < profile.corruption;
  const bit = random.below(8 * bytes);
  const delaysMs = [drawDelayMs(random, profile), drawDelayMs(random, profile)];
  return {
    delaysMs: isLost ? [] : delaysMs.slice(0, isDoubled ? 2 : 1),
    flippedBit: isCorrupted ? bit : undefined,
  };
}

function drawDelayMs(random: SeededRandom, profile: UdpProfile): number {
  const jitterMs = random.fraction() * profile.jitterMs;
  const isLate = random.fraction() < profile.reordering;
  const lateMs = random.fraction() * profile.reorderingMs;
  return profile.delayMs + jitterMs + (isLate ? lateMs : 0);
}
