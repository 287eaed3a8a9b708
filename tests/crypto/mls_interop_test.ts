/**
 * Our adapter against the library as it comes: whole state, default configuration, its own signatures.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import * as ts from "ts-mls";
import { ByteWriter } from "../../lib/codec/mod.ts";
import { mls, rawPrivateKey } from "../../lib/crypto/mod.ts";
import { assertProtocolRejection } from "../testing/assert_protocol_error.ts";
import { ana, bia } from "../testing/mls_pair.ts";

const suiteName = "MLS_256_XWING_AES256GCM_SHA512_Ed25519";
const otherSuite = "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519";
const text = new TextEncoder().encode("Olá!");
const nothing = new Uint8Array(0);

function suiteOf(name: ts.CiphersuiteName): Promise<ts.CiphersuiteImpl> {
  return ts.getCiphersuiteImpl(ts.getCiphersuiteFromName(name));
}

async function keyPackageOf(
  { name, signingKeyPair }: mls.MlsIdentity,
  suite: ts.CiphersuiteName = suiteName,
  lifetime = ts.defaultLifetime,
) {
  return await ts.generateKeyPackageWithKey(
    { credentialType: "basic", identity: new TextEncoder().encode(name) },
    ts.defaultCapabilities(),
    lifetime,
    [],
    { publicKey: signingKeyPair.publicKey, signKey: rawPrivateKey(signingKeyPair) },
    await suiteOf(suite),
  );
}

function published(keyPackage: ts.KeyPackage): Uint8Array {
  return ts.encodeMlsMessage({ version: "mls10", wireformat: "mls_key_package", keyPackage });
}

function encodedWelcome(welcome: ts.Welcome): Uint8Array {
  return ts.encodeMlsMessage({ version: "mls10", wireformat: "mls_welcome", welcome });
}

function encodedMessage(privateMessage: ts.PrivateMessage): Uint8Array {
  return ts.encodeMlsMessage({
    version: "mls10",
    wireformat: "mls_private_message",
    privateMessage,
  });
}

function decoded(bytes: Uint8Array): ts.MLSMessage {
  return ts.decodeMlsMessage(bytes, 0)![0];
}

/** As generateKeyPackage() answers it. */
function secretOf(publicPackage: ts.KeyPackage, privatePackage: ts.PrivateKeyPackage): Uint8Array {
  const writer = new ByteWriter();
  writer.bytes16(published(publicPackage));
  writer.bytes16(privatePackage.initPrivateKey);
  writer.bytes16(privatePackage.hpkePrivateKey);
  return writer.written;
}

/** ana's group by the library alone, with these members added at once. */
async function libraryGroup(
  members: readonly ts.KeyPackage[],
  { groupIdBytes = 16, commitsBefore = 0 } = {},
) {
  const cipherSuite = await suiteOf(suiteName);
  const own = await keyPackageOf(ana);
  let state = await ts.createGroup(
    crypto.getRandomValues(new Uint8Array(groupIdBytes)),
    own.publicPackage,
    own.privatePackage,
    [],
    cipherSuite,
  );
  for (let i = 0; i < commitsBefore; i++) {
    ({ newState: state } = await ts.createCommit({ state, cipherSuite }));
  }
  const { newState, welcome } = await ts.createCommit({ state, cipherSuite }, {
    extraProposals: members.map((keyPackage) => ({ proposalType: "add", add: { keyPackage } })),
    ratchetTreeExtension: true,
  });
  return { state: newState, welcome: encodedWelcome(welcome!), cipherSuite };
}

/** The library's group as bia has it through our adapter. */
async function joined() {
  const { published, secret } = await mls.generateKeyPackage(bia);
  const message = decoded(published) as ts.MlsKeyPackage & ts.MlsMessageProtocol;
  const group = await libraryGroup([message.keyPackage]);
  return { ...group, bias: await mls.joinGroup(bia, group.welcome, secret) };
}

Deno.test("open() opens what the library has sealed", async () => {
  const { state, bias, cipherSuite } = await joined();
  const { privateMessage } = await ts.createApplicationMessage(state, text, cipherSuite);
  assertEquals((await mls.open(bias, encodedMessage(privateMessage))).plaintext, text);
});

Deno.test("The library opens what seal() has sealed", async () => {
  const cipherSuite = await suiteOf(suiteName);
  const { publicPackage, privatePackage } = await keyPackageOf(bia);
  let { group, welcome } = await mls.startGroup(ana, published(publicPackage));
  const { welcome: decodedWelcome } = decoded(welcome) as ts.MlsWelcome;
  let state = await ts.joinGroup(
    decodedWelcome,
    publicPackage,
    privatePackage,
    ts.emptyPskIndex,
    cipherSuite,
  );
  for (let i = 0; i < 3; i++) {
    const sealed = await mls.seal(mls.decodeGroup(mls.encodeGroup(group)), text, ana);
    group = sealed.group;
    const { privateMessage } = decoded(sealed.message) as ts.MlsPrivateMessage;
    const result = await ts.processPrivateMessage(
      state,
      privateMessage,
      ts.emptyPskIndex,
      cipherSuite,
    );
    state = result.newState;
    assertEquals(result.kind === "applicationMessage" && result.message, text);
  }
});

Deno.test("open() refuses a commit, a proposal, and what follows a commit", async () => {
  const { state, bias, cipherSuite } = await joined();
  const { commit, newState } = await ts.createCommit({ state, cipherSuite });
  await assertProtocolRejection(
    () => mls.open(bias, ts.encodeMlsMessage(commit)),
    ["badValue"],
  );
  const proposal = await ts.createProposal(
    state,
    false,
    { proposalType: "remove", remove: { removed: 1 } },
    cipherSuite,
  );
  await assertProtocolRejection(
    () => mls.open(bias, ts.encodeMlsMessage(proposal.message)),
    ["badValue"],
  );
  const { privateMessage } = await ts.createApplicationMessage(newState, text, cipherSuite);
  await assertProtocolRejection(
    () => mls.open(bias, encodedMessage(privateMessage)),
    ["badValue"],
  );
});

Deno.test("open() refuses what the addressee itself has sealed in the group", async () => {
  const { publicPackage, privatePackage } = await keyPackageOf(bia);
  const { welcome, cipherSuite } = await libraryGroup([publicPackage]);
  const state = await ts.joinGroup(
    (decoded(welcome) as ts.MlsWelcome).welcome,
    publicPackage,
    privatePackage,
    ts.emptyPskIndex,
    cipherSuite,
  );
  const { privateMessage } = await ts.createApplicationMessage(state, text, cipherSuite);
  const bias = await mls.joinGroup(bia, welcome, secretOf(publicPackage, privatePackage));
  await assertProtocolRejection(
    () => mls.open(bias, encodedMessage(privateMessage)),
    ["authenticationFailed"],
  );
});

const otherGroups = [
  { name: "another epoch", options: { commitsBefore: 1 } },
  { name: "a shorter id", options: { groupIdBytes: 8 } },
];

for (const { name, options } of otherGroups) {
  Deno.test(`joinGroup() refuses a group with ${name} than ours have`, async () => {
    const { published, secret } = await mls.generateKeyPackage(bia);
    const { keyPackage } = decoded(published) as ts.MlsKeyPackage & ts.MlsMessageProtocol;
    const { welcome } = await libraryGroup([keyPackage], options);
    await assertProtocolRejection(() => mls.joinGroup(bia, welcome, secret), ["badValue"]);
  });
}

Deno.test("joinGroup() refuses a group of three", async () => {
  const { published, secret } = await mls.generateKeyPackage(bia);
  const { keyPackage } = decoded(published) as ts.MlsKeyPackage & ts.MlsMessageProtocol;
  const suite = await suiteOf(suiteName);
  const other = await ts.generateKeyPackageWithKey(
    { credentialType: "basic", identity: nothing },
    ts.defaultCapabilities(),
    ts.defaultLifetime,
    [],
    await suite.signature.keygen(),
    suite,
  );
  const { welcome } = await libraryGroup([keyPackage, other.publicPackage]);
  await assertProtocolRejection(
    () => mls.joinGroup(bia, welcome, secret),
    ["badValue", "lengthOverLimit"],
  );
});

Deno.test("startGroup() refuses another suite", async () => {
  const { publicPackage } = await keyPackageOf(bia, otherSuite);
  await assertProtocolRejection(() => mls.startGroup(ana, published(publicPackage)), ["badValue"]);
});

Deno.test("startGroup() refuses what its owner has signed for a time that is over", async () => {
  const { publicPackage } = await keyPackageOf(bia, suiteName, { notBefore: 0n, notAfter: 1n });
  await assertProtocolRejection(
    () => mls.startGroup(ana, published(publicPackage)),
    ["authenticationFailed"],
  );
});
