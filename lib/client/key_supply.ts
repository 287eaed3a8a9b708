import { ByteReader, ByteWriter, type Publish, type Published } from "../codec/mod.ts";
import { mls } from "../crypto/mod.ts";
import {
  keyPackagesLow,
  lastResortKeptMs,
  lastResortLifeMs,
  maxKeptKeyPackages,
  maxKeptLastResorts,
  maxKeyPackagesPerMessage,
  maxLastResortGroups,
  maxLostRaces,
  replaceSupplyPauseMs,
} from "../limits.ts";
import { lostTooOften } from "./lost_too_often.ts";
import type { Change, ClientStore } from "./store.ts";

/** The secret half of a key package. */
interface KeyPackageSecret {
  readonly ref: string;
  /** Which publication it belongs to: the clock may go back, this doesn't. */
  readonly batch: number;
  readonly madeAt: number;
  readonly secret: Uint8Array;
  /** Where it is a last resort: ids of the groups into which it has led. */
  readonly groups: readonly string[] | undefined;
  readonly version: number;
}

/** What the store says of our key packages as a whole. */
interface Supply {
  readonly id: bigint;
  /** Whose name they bear: under another name they are of no use. */
  readonly name: string;
  readonly drawnAt: number;
  readonly batch: number;
  /** Ref of the last resort. */
  readonly lastResort: string;
}

/** Our key packages: what the server should have of them, and the secrets to what it has had. */
export class KeySupply {
  readonly #store: ClientStore;
  #isDoubted = false;

  constructor(store: ClientStore) {
    this.#store = store;
  }

  /** The secret of the first of these key packages that can lead into the group, if there is one. */
  secretFor(
    refs: readonly string[],
    groupId: string,
  ): { ref: string; secret: Uint8Array } | undefined {
    const ours = refs.map((ref) => this.#secret(ref)).find((secret) => secret !== undefined);
    if (!ours) {
      this.#isDoubted = true;
      return undefined;
    }
    return ours.groups?.includes(groupId) ? undefined : ours;
  }

  /** What has to be written once a group was joined: one secret serves one group, a last resort each once. */
  spend(ref: string, groupId: string): Change[] {
    const spent = this.#secret(ref);
    if (!spent) return [];
    const { version, groups } = spent;
    const value = groups &&
      encodeSecret({ ...spent, groups: [...groups, groupId].slice(-maxLastResortGroups) });
    return [{ key: secretKey(ref), value, version }];
  }

  /**
   * What the server should be given now, if anything; the secrets are kept already.
   *
   * @param name the key of our name
   */
  async replenish(
    published: Omit<Published, "kind">,
    me: mls.MlsIdentity,
    name: string,
    now: number,
  ): Promise<Publish | undefined> {
    for (let lost = 0; lost < maxLostRaces; lost++) {
      const stored = this.#store.get(supplyKey);
      const before = stored && decodeSupply(stored.value);
      const isLost = before !== undefined && this.#isDoubted &&
        Math.abs(now - before.drawnAt) > replaceSupplyPauseMs;
      const serves = before !== undefined && before.name === name && !isLost;
      const isThere = serves && before.id === published.supply;
      const lastResort = isThere ? this.#secret(before.lastResort) : undefined;
      const keepsLastResort = lastResort?.groups?.length === 0 &&
        Math.abs(now - lastResort.madeAt) <= lastResortLifeMs;
      if (isThere && keepsLastResort && published.left > keyPackagesLow) {
        const outlived = this.#outlived(0, before.lastResort, now);
        if (outlived.length > 0) this.#store.commit(outlived);
        return undefined;
      }

      const left = isThere ? Math.min(published.left, maxKeyPackagesPerMessage) : 0;
      const batch = (before?.batch ?? 0) + 1;
      const newLastResort = keepsLastResort ? undefined : await mls.generateKeyPackage(me);
      const keyPackages: mls.OwnKeyPackage[] = [];
      while (keyPackages.length < maxKeyPackagesPerMessage - left) {
        keyPackages.push(await mls.generateKeyPackage(me));
      }
      const supply: Supply = {
        id: serves ? before.id : drawSupplyId(),
        name,
        drawnAt: serves ? before.drawnAt : now,
        batch,
        lastResort: newLastResort?.ref ?? before!.lastResort,
      };
      const secret = (made: mls.OwnKeyPackage, groups: [] | undefined): Change => ({
        key: secretKey(made.ref),
        value: encodeSecret({ ...made, batch, madeAt: now, groups }),
        version: 0,
      });
      const isKept = this.#store.commit([
        { key: supplyKey, value: encodeSupply(supply), version: stored?.version ?? 0 },
        ...newLastResort ? [secret(newLastResort, [])] : [],
        ...keyPackages.map((made) => secret(made, undefined)),
        ...this.#outlived(keyPackages.length, supply.lastResort, now),
      ]);
      if (!isKept) continue; // another process has published too
      if (!serves) this.#isDoubted = false;
      return {
        kind: "publish",
        supply: supply.id,
        lastResort: newLastResort?.published ?? new Uint8Array(0),
        keyPackages: keyPackages.map((made) => made.published),
      };
    }
    throw lostTooOften();
  }

  #outlived(newOnes: number, lastResort: string, now: number): Change[] {
    const secrets = this.#store.keys(secretPrefix)
      .map((key) => this.#secret(key.slice(secretPrefix.length))!);
    const oneUse = secrets.filter(({ groups }) => !groups).sort((a, b) => a.batch - b.batch);
    const lastResorts = secrets.filter(({ groups }) => groups).sort((a, b) => a.batch - b.batch);
    const outlived = [
      ...oneUse.slice(0, Math.max(0, oneUse.length + newOnes - maxKeptKeyPackages)),
      ...lastResorts.filter(({ ref, madeAt }, i) =>
        ref !== lastResort &&
        (now - madeAt > lastResortKeptMs || i < lastResorts.length - maxKeptLastResorts)
      ),
    ];
    return outlived.map(({ ref, version }) => ({ key: secretKey(ref), value: undefined, version }));
  }

  #secret(ref: string): KeyPackageSecret | undefined {
    const stored = this.#store.get(secretKey(ref));
    return stored && { ref, ...decodeSecret(stored.value), version: stored.version };
  }
}

const supplyKey = "keySupply";
const secretPrefix = "keyPackage/";
const secretKey = (ref: string) => secretPrefix + ref;
const groupIdBytes = 16;

/** 0 is what the server says where it has nothing. */
function drawSupplyId(): bigint {
  const [id] = crypto.getRandomValues(new BigUint64Array(1));
  return id! | 1n;
}

function encodeSupply({ id, name, drawnAt, batch, lastResort }: Supply): Uint8Array {
  const writer = new ByteWriter();
  writer.u64(id);
  writer.string8(name);
  writer.u53(drawnAt);
  writer.u53(batch);
  writer.bytes8(Uint8Array.fromHex(lastResort));
  return writer.written;
}

function decodeSupply(value: Uint8Array): Supply {
  const reader = new ByteReader(value);
  const supply = {
    id: reader.u64(),
    name: reader.string8(),
    drawnAt: reader.u53(),
    batch: reader.u53(),
    lastResort: reader.bytes8().toHex(),
  };
  reader.end();
  return supply;
}

function encodeSecret(
  { batch, madeAt, secret, groups }: Omit<KeyPackageSecret, "ref" | "version">,
): Uint8Array {
  const writer = new ByteWriter(secret.length + 64);
  writer.u53(batch);
  writer.u53(madeAt);
  writer.bytes16(secret);
  writer.u8(groups ? 1 : 0);
  for (const id of groups ?? []) writer.raw(Uint8Array.fromHex(id), groupIdBytes);
  return writer.written;
}

function decodeSecret(value: Uint8Array): Omit<KeyPackageSecret, "ref" | "version"> {
  const reader = new ByteReader(value);
  const batch = reader.u53();
  const madeAt = reader.u53();
  const secret = reader.bytes16();
  const groups: string[] | undefined = reader.flag() ? [] : undefined;
  while (groups && reader.remaining > 0) groups.push(reader.raw(groupIdBytes).toHex());
  reader.end();
  return { batch, madeAt, secret, groups };
}
