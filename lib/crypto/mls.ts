/**
 * Messages from one member to another, by MLS (RFC 9420): the only file that knows the library for it.
 *
 * A group has two members and one direction: whoever starts it seals, the other opens, and nobody commits
 * after the start. Of the state that MLS keeps for a group, what remains is therefore the sender's
 * ratchet and what authenticates a message; every other secret is gone as soon as the group stands, and
 * a message from the wrong side can't even be looked at. Whoever wants new keys starts a new group.
 *
 * @module
 */
import type {
  CiphersuiteImpl,
  ClientConfig,
  ClientState,
  GroupContext,
  KeyPackage,
  LeafNode,
  MLSMessage,
} from "ts-mls";
import { createHash } from "node:crypto";
import { ByteReader, ByteWriter, ProtocolError } from "../codec/mod.ts";
import { maxMessagesPerGroup, maxNameBytes, maxWelcomeBytes } from "../limits.ts";
import { isSameBytes } from "../same_bytes.ts";
import { decryptAead, encryptAead, kdf, signatureFor } from "./mls_primitives.ts";
import { type KeyPair, rawKeyBytes } from "./raw_key.ts";

/** Post-quantum hybrid: X-Wing, that is ML-KEM-768 and X25519, either of which alone would suffice. */
const suiteName = "MLS_256_XWING_AES256GCM_SHA512_Ed25519";

/** The group starts at epoch 0 with its owner alone; the commit that adds the addressee makes it 1. */
const onlyEpoch = 1n;

/** Where the two stand in the tree of the group (RFC 9420 §4.1): leaf, parent, leaf. */
const ownerNode = 0;
const addresseeNode = 2;
const nodesOfTwo = 3;

const groupIdBytes = 16;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const nothing = new Uint8Array(0);

/** A member as seen by itself. */
export interface MlsIdentity {
  readonly name: string;
  readonly signingKeyPair: KeyPair;
}

/** A member as seen by others: what its credential says, which whoever uses it must compare. */
export interface MlsMember {
  readonly name: string;
  /** Ed25519, 32 bytes. */
  readonly signingKey: Uint8Array;
}

/** A key package (RFC 9420 §10) of one's own. */
export interface OwnKeyPackage {
  /** KeyPackageRef (RFC 9420 §5.2) in hexadecimal, by which a Welcome names it. */
  readonly ref: string;
  /** An MLSMessage with the KeyPackage, for others to have. */
  readonly published: Uint8Array;
  /** Everything that {@linkcode joinGroup} needs. */
  readonly secret: Uint8Array;
}

/** One direction between two members. A value: sealing and opening answer with the next one. */
export interface MlsGroup {
  /** In hexadecimal. */
  readonly id: string;
  /** The sender seals and the receiver opens, never the other way round. */
  readonly role: "sender" | "receiver";
  readonly peer: MlsMember;
  readonly chain: Chain;
}

/** The part of MLS's state that is still needed (RFC 9420 §8.1 and §9). */
interface Chain {
  readonly treeHash: Uint8Array;
  readonly confirmedTranscriptHash: Uint8Array;
  readonly senderDataSecret: Uint8Array;
  readonly ratchet: {
    readonly secret: Uint8Array;
    readonly generation: number;
    readonly unusedGenerations: Record<number, Uint8Array>;
  };
}

type Library = typeof import("ts-mls") & { readonly suite: CiphersuiteImpl };

let library: Promise<Library> | undefined;

/** Loaded when first used: a client that is just starting has better things to do. */
function load(): Promise<Library> {
  return library ??= import("ts-mls").then(async (mls) => ({
    ...mls,
    suite: await mls.getCiphersuiteImpl(mls.getCiphersuiteFromName(suiteName)),
  }));
}

/** A new key package, which says that `me` can be written to. */
export async function generateKeyPackage(me: MlsIdentity): Promise<OwnKeyPackage> {
  const mls = await load();
  const { publicPackage, privatePackage } = await generate(mls, me);
  const published = encodeKeyPackage(mls, publicPackage);
  const writer = new ByteWriter(published.length + 128);
  writer.bytes16(published);
  writer.bytes16(privatePackage.initPrivateKey);
  writer.bytes16(privatePackage.hpkePrivateKey);
  mls.zeroOutUint8Array(privatePackage.initPrivateKey);
  mls.zeroOutUint8Array(privatePackage.hpkePrivateKey);
  return { ref: keyPackageRef(published), published, secret: writer.written };
}

/**
 * Starts a group with the owner of `keyPackage` and seals in it.
 *
 * @throws {ProtocolError} where it is no key package of our version and suite, signed by who it names
 */
export async function startGroup(
  me: MlsIdentity,
  keyPackage: Uint8Array,
): Promise<{ group: MlsGroup; welcome: Uint8Array }> {
  const mls = await load();
  const theirs = decode(mls, keyPackage, "mls_key_package").keyPackage;
  if (theirs.cipherSuite !== suiteName) throw badValue("a key package is of another suite");
  const peer = memberOf(theirs.leafNode);
  return await guarded(async () => {
    const suite = suiteOf(mls, me);
    const own = await generate(mls, me);
    const id = crypto.getRandomValues(new Uint8Array(groupIdBytes));
    const { publicPackage, privatePackage } = own;
    const alone = await mls.createGroup(id, publicPackage, privatePackage, [], suite, config(mls));
    const { newState, welcome, consumed } = await mls.createCommit(
      { state: alone, cipherSuite: suite, pskIndex: mls.emptyPskIndex },
      {
        extraProposals: [{ proposalType: "add", add: { keyPackage: theirs } }],
        ratchetTreeExtension: true,
      },
    );
    const secrets = [...consumed, privatePackage.initPrivateKey, privatePackage.hpkePrivateKey];
    for (const secret of secrets) mls.zeroOutUint8Array(secret);
    return {
      group: { id: id.toHex(), role: "sender", peer, chain: chainOf(newState) },
      welcome: mls.encodeMlsMessage({
        version: "mls10",
        wireformat: "mls_welcome",
        welcome: welcome!,
      }),
    };
  });
}

/**
 * Refs of the key packages for which a Welcome is meant.
 *
 * @throws {ProtocolError} where it is no Welcome into a group of our suite
 */
export async function welcomeRefs(welcome: Uint8Array): Promise<string[]> {
  return decodeWelcome(await load(), welcome).secrets.map(({ newMember }) => newMember.toHex());
}

/**
 * Joins the group into which `welcome` leads the key package whose `secret` this is.
 *
 * @throws {ProtocolError} where the Welcome is not for it, was altered, or the group is not one of two
 * members, its owner the one and we the other
 */
export async function joinGroup(
  me: MlsIdentity,
  welcome: Uint8Array,
  secret: Uint8Array,
): Promise<MlsGroup> {
  const mls = await load();
  const decoded = decodeWelcome(mls, welcome);
  const reader = new ByteReader(secret);
  const { keyPackage } = decode(mls, reader.bytes16(), "mls_key_package");
  const initPrivateKey = reader.bytes16().slice();
  const hpkePrivateKey = reader.bytes16().slice();
  reader.end();
  const state = await guarded(() =>
    mls.joinGroup(
      decoded,
      keyPackage,
      { initPrivateKey, hpkePrivateKey, signaturePrivateKey: nothing },
      mls.emptyPskIndex,
      suiteOf(mls, me),
      undefined,
      undefined,
      config(mls),
    )
  );
  mls.zeroOutUint8Array(initPrivateKey);
  mls.zeroOutUint8Array(hpkePrivateKey);
  const { groupContext: { epoch, extensions, groupId }, ratchetTree, privatePath } = state;
  const owner = ratchetTree[ownerNode];
  const isOurs = epoch === onlyEpoch && extensions.length === 0 &&
    groupId.length === groupIdBytes && ratchetTree.length === nodesOfTwo &&
    ratchetTree[1] === undefined && privatePath.leafIndex === addresseeNode / 2 &&
    owner?.nodeType === "leaf";
  if (!isOurs) throw badValue("a group is not one of two members");
  if (!isSameBytes(keyPackage.leafNode.signaturePublicKey, me.signingKeyPair.publicKey)) {
    throw badValue("a key package is not ours");
  }
  return {
    id: groupId.toHex(),
    role: "receiver",
    peer: memberOf(owner.leaf),
    chain: chainOf(state),
  };
}

/**
 * The id of the group of a message, which is open to everybody; whether it is true shows when opened.
 *
 * @throws {ProtocolError} where it is no application message (RFC 9420 §6.3) of our kind of group
 */
export async function groupIdOf(message: Uint8Array): Promise<string> {
  return decodeMessage(await load(), message).groupId.toHex();
}

/**
 * Seals `plaintext` for the peer. `group` is used up, its secrets are gone.
 *
 * The group answered must be kept before the message leaves: sealing twice from the same group could
 * make one key protect two texts.
 */
export async function seal(
  group: MlsGroup,
  plaintext: Uint8Array,
  me: MlsIdentity,
): Promise<{ group: MlsGroup; message: Uint8Array }> {
  if (group.role !== "sender") {
    throw new TypeError("Cannot seal in a group that somebody else owns");
  }
  const mls = await load();
  const { newState, privateMessage, consumed } = await mls.createApplicationMessage(
    stateOf(group, config(mls, paddingFor(plaintext.length))),
    plaintext,
    suiteOf(mls, me),
  );
  for (const secret of consumed) mls.zeroOutUint8Array(secret);
  const message = mls.encodeMlsMessage({
    version: "mls10",
    wireformat: "mls_private_message",
    privateMessage,
  });
  return { group: { ...group, chain: chainOf(newState) }, message };
}

/**
 * Opens a message of the peer, each once, in any order. `group` is used up where it succeeds.
 *
 * @throws {ProtocolError} where the message was altered, opened before, or isn't of the group's owner;
 * `group` then stays as it was
 */
export async function open(
  group: MlsGroup,
  message: Uint8Array,
): Promise<{ group: MlsGroup; plaintext: Uint8Array }> {
  if (group.role !== "receiver") throw badValue("a message comes back to whoever sealed it");
  const mls = await load();
  const privateMessage = decodeMessage(mls, message);
  if (privateMessage.groupId.toHex() !== group.id) throw badValue("a message is of another group");
  const { state, plaintext, consumed } = await guarded(async () => {
    const state = stateOf(group, config(mls));
    const result = await mls.processPrivateMessage(
      state,
      privateMessage,
      mls.emptyPskIndex,
      suiteOf(mls),
    );
    if (result.kind !== "applicationMessage") throw badValue("a message is none of a member's");
    return { state: result.newState, plaintext: result.message, consumed: result.consumed };
  });
  const chain = chainOf(state);
  if (chain.ratchet.generation > maxMessagesPerGroup) {
    throw badValue("a group goes on for too long");
  }
  const opened = plaintext.slice();
  for (const secret of consumed) mls.zeroOutUint8Array(secret);
  return { group: { ...group, chain }, plaintext: opened };
}

/** How many messages were sealed in a group of one's own. */
export function sealedIn({ chain }: MlsGroup): number {
  return chain.ratchet.generation;
}

/** The bytes of a group, to be kept like a key: whoever has them can read what is still to come. */
export function encodeGroup({ id, role, peer, chain }: MlsGroup): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(512);
  writer.u8(role === "sender" ? 1 : 0);
  writer.bytes8(Uint8Array.fromHex(id));
  writer.bytes8(new TextEncoder().encode(peer.name));
  writer.raw(peer.signingKey, rawKeyBytes);
  writer.bytes8(chain.treeHash);
  writer.bytes8(chain.confirmedTranscriptHash);
  writer.bytes8(chain.senderDataSecret);
  writer.bytes8(chain.ratchet.secret);
  writer.u32(chain.ratchet.generation);
  const unused = Object.entries(chain.ratchet.unusedGenerations);
  writer.u8(unused.length);
  for (const [generation, secret] of unused) {
    writer.u32(Number(generation));
    writer.bytes8(secret);
  }
  return writer.written;
}

/**
 * The group of {@linkcode encodeGroup}, which has nothing in common with `bytes` any more.
 *
 * @throws {ProtocolError} for anything else
 */
export function decodeGroup(bytes: Uint8Array): MlsGroup {
  const reader = new ByteReader(bytes.slice()); // whoever uses the group overwrites its secrets
  const role = reader.flag() ? "sender" : "receiver";
  const id = reader.bytes8().toHex();
  const peer = { name: reader.string8(), signingKey: reader.raw(rawKeyBytes) };
  const treeHash = reader.bytes8();
  const confirmedTranscriptHash = reader.bytes8();
  const senderDataSecret = reader.bytes8();
  const secret = reader.bytes8();
  const generation = reader.u32();
  const unusedGenerations: Record<number, Uint8Array> = {};
  for (let count = reader.u8(); count > 0; count--) {
    unusedGenerations[reader.u32()] = reader.bytes8();
  }
  reader.end();
  const ratchet = { secret, generation, unusedGenerations };
  return {
    id,
    role,
    peer,
    chain: { treeHash, confirmedTranscriptHash, senderDataSecret, ratchet },
  };
}

// ------------------------------------------------------------------------------- to and from ts-mls

async function generate(mls: Library, me: MlsIdentity) {
  const credential = {
    credentialType: "basic" as const,
    identity: new TextEncoder().encode(me.name),
  };
  return await mls.generateKeyPackageWithKey(
    credential,
    {
      versions: ["mls10"],
      ciphersuites: [suiteName],
      extensions: [],
      proposals: [],
      credentials: ["basic"],
    },
    // For ever: how long a package serves is up to its owner, who forgets the secret; and a clock that
    // is wrong, as in a machine without a battery, must not make its owner unreachable.
    mls.defaultLifetime,
    [],
    { publicKey: me.signingKeyPair.publicKey, signKey: nothing },
    suiteOf(mls, me),
  );
}

/** The suite's functions, which sign for `me`. */
function suiteOf({ suite }: Library, me?: MlsIdentity): CiphersuiteImpl {
  return {
    ...suite,
    kdf,
    hpke: { ...suite.hpke, encryptAead, decryptAead },
    signature: { ...suite.signature, ...signatureFor(me?.signingKeyPair) },
  };
}

function config(mls: Library, paddingLength = 0): ClientConfig {
  return {
    // any of a group's messages may be missing, and any may come last
    keyRetentionConfig: {
      retainKeysForGenerations: maxMessagesPerGroup,
      maximumForwardRatchetSteps: maxMessagesPerGroup,
      retainKeysForEpochs: 1,
    },
    lifetimeConfig: mls.defaultLifetimeConfig,
    keyPackageEqualityConfig: mls.defaultKeyPackageEqualityConfig,
    paddingConfig: { kind: "alwaysPad", paddingLength },
    // a credential is what it says; whoever uses the group compares it with whom they know
    authService: mls.defaultAuthenticationService,
  };
}

/** Zeros behind a plaintext and its length field: to multiples of 256 bytes, of an eighth if it is long. */
function paddingFor(plaintextLength: number): number {
  const fieldLength = plaintextLength < 0x40 ? 1 : plaintextLength < 0x4000 ? 2 : 4; // RFC 9420 §2.1.2
  const length = fieldLength + plaintextLength;
  const step = Math.max(256, 2 ** Math.floor(Math.log2(length / 8)));
  return Math.ceil(length / step) * step - length;
}

function chainOf({ groupContext, keySchedule, secretTree }: ClientState): Chain {
  return {
    treeHash: groupContext.treeHash,
    confirmedTranscriptHash: groupContext.confirmedTranscriptHash,
    senderDataSecret: keySchedule.senderDataSecret,
    ratchet: secretTree[ownerNode]!.application,
  };
}

/** The library's state, with nothing in it where nothing is needed: there is the owner's leaf alone. */
function stateOf({ id, role, peer, chain }: MlsGroup, clientConfig: ClientConfig): ClientState {
  const groupContext: GroupContext = {
    version: "mls10",
    cipherSuite: suiteName,
    groupId: Uint8Array.fromHex(id),
    epoch: onlyEpoch,
    treeHash: chain.treeHash,
    confirmedTranscriptHash: chain.confirmedTranscriptHash,
    extensions: [],
  };
  const owner: LeafNode = {
    leafNodeSource: "key_package",
    lifetime: { notBefore: 0n, notAfter: 0n },
    credential: { credentialType: "basic", identity: nothing },
    capabilities: {
      versions: [],
      ciphersuites: [],
      extensions: [],
      proposals: [],
      credentials: [],
    },
    hpkePublicKey: nothing,
    signaturePublicKey: role === "receiver" ? peer.signingKey : nothing,
    extensions: [],
    signature: nothing,
  };
  const noRatchet = { secret: nothing, generation: 0, unusedGenerations: {} };
  return {
    groupContext,
    keySchedule: {
      senderDataSecret: chain.senderDataSecret,
      exporterSecret: nothing,
      externalSecret: nothing,
      confirmationKey: nothing,
      membershipKey: nothing,
      resumptionPsk: nothing,
      epochAuthenticator: nothing,
      initSecret: nothing,
    },
    secretTree: [{ application: chain.ratchet, handshake: noRatchet }],
    ratchetTree: [{ nodeType: "leaf", leaf: owner }],
    privatePath: { leafIndex: role === "sender" ? 0 : 1, privateKeys: {} },
    signaturePrivateKey: nothing,
    unappliedProposals: {},
    confirmationTag: nothing,
    historicalReceiverData: new Map(),
    groupActiveState: { kind: "active" },
    clientConfig,
  };
}

function memberOf({ credential, signaturePublicKey }: LeafNode): MlsMember {
  if (credential.credentialType !== "basic" || !("identity" in credential)) {
    throw badValue("a credential is of another kind");
  }
  if (credential.identity.length > maxNameBytes) throw badValue("a name is too long");
  if (signaturePublicKey.length !== rawKeyBytes) throw badValue("a signing key is not 32 bytes");
  try {
    return { name: utf8.decode(credential.identity), signingKey: signaturePublicKey.slice() };
  } catch (cause) {
    throw new ProtocolError("badText", "a name is not UTF-8", { cause });
  }
}

function encodeKeyPackage(mls: Library, keyPackage: KeyPackage): Uint8Array {
  return mls.encodeMlsMessage({ version: "mls10", wireformat: "mls_key_package", keyPackage });
}

/** RFC 9420 §5.2, over the KeyPackage in an MLSMessage, that is behind two numbers of two bytes. */
function keyPackageRef(published: Uint8Array): string {
  const keyPackage = published.subarray(4);
  const label = new TextEncoder().encode("MLS 1.0 KeyPackage Reference");
  const length = [0x40 | keyPackage.length >> 8, keyPackage.length & 0xff]; // 64 bytes to 16 KiB
  const hash = createHash("sha512").update(new Uint8Array([label.length])).update(label);
  return hash.update(new Uint8Array(length)).update(keyPackage).digest("hex");
}

function decodeWelcome(mls: Library, bytes: Uint8Array) {
  if (bytes.length > maxWelcomeBytes) {
    throw new ProtocolError("lengthOverLimit", "a Welcome is over its limit");
  }
  const { welcome } = decode(mls, bytes, "mls_welcome");
  if (welcome.cipherSuite !== suiteName) throw badValue("a Welcome is of another suite");
  return welcome;
}

/** Whatever else MLS has, such as a commit, nobody has a reason to send here. */
function decodeMessage(mls: Library, bytes: Uint8Array) {
  const { privateMessage } = decode(mls, bytes, "mls_private_message");
  const { epoch, contentType, authenticatedData, groupId } = privateMessage;
  const isOurs = epoch === onlyEpoch && contentType === "application" &&
    authenticatedData.length === 0 && groupId.length === groupIdBytes;
  if (!isOurs) throw badValue("a message is not of our kind of group");
  return privateMessage;
}

type Framed<Format> = Extract<MLSMessage, { wireformat: Format }>;

/** What it accepts, is what the library would write. */
function decode<Format extends MLSMessage["wireformat"]>(
  mls: Library,
  bytes: Uint8Array,
  format: Format,
): Framed<Format> {
  let message: MLSMessage | undefined;
  let isCanonical = false;
  try {
    message = mls.decodeMlsMessage(bytes, 0)?.[0];
    isCanonical = message !== undefined && isSameBytes(mls.encodeMlsMessage(message), bytes);
  } catch (cause) {
    throw badValue("this is no MLS message", cause);
  }
  if (message?.wireformat !== format || !isCanonical) throw badValue("this is no such MLS message");
  return message as Framed<Format>;
}

/** Makes one kind of error of the many that an altered message may cause. */
async function guarded<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof ProtocolError) throw cause;
    throw new ProtocolError("authenticationFailed", "an MLS message was altered or is not ours", {
      cause,
    });
  }
}

function badValue(message: string, cause?: unknown): ProtocolError {
  return new ProtocolError("badValue", message, { cause });
}
