import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { ProtocolError } from "../../lib/codec/mod.ts";
import { mls } from "../../lib/crypto/mod.ts";
import { maxKeyPackageBytes, maxMessagesPerGroup, maxWelcomeBytes } from "../../lib/limits.ts";
import { assertProtocolError, assertProtocolRejection } from "../testing/assert_protocol_error.ts";
import { contains } from "../testing/contains.ts";
import { hex } from "../testing/hex.ts";
import { ana, anaToBia, bia, sealed } from "../testing/mls_pair.ts";

const longestName = "\u{1f600}".repeat(32);

Deno.test("generateKeyPackage() stays within its limit, under the longest name too", async () => {
  const me = { ...ana, name: longestName };
  const { published } = await mls.generateKeyPackage(me);
  assert(published.length <= maxKeyPackageBytes, `${published.length}`);
});

Deno.test("startGroup() names the owner of the key package", async () => {
  const { anas } = await anaToBia();
  assertEquals(anas.peer, { name: "bia", signingKey: bia.signingKeyPair.publicKey });
});

Deno.test("startGroup() stays within the Welcome's limit, under the longest names too", async () => {
  const { published } = await mls.generateKeyPackage({ ...bia, name: longestName });
  const { welcome } = await mls.startGroup({ ...ana, name: longestName }, published);
  assert(welcome.length <= maxWelcomeBytes, `${welcome.length}`);
});

Deno.test("startGroup() refuses a key package of one's own", async () => {
  const { published } = await mls.generateKeyPackage(ana);
  await assertProtocolRejection(() => mls.startGroup(ana, published), ["authenticationFailed"]);
});

Deno.test("welcomeRefs() names the key package used", async () => {
  const { welcome, keyPackage } = await anaToBia();
  assertEquals(await mls.welcomeRefs(welcome), [keyPackage.ref]);
});

Deno.test("joinGroup() names the owner of the group", async () => {
  const { bias, anas } = await anaToBia();
  assertEquals(bias.peer, { name: "ana", signingKey: ana.signingKeyPair.publicKey });
  assertEquals(bias.id, anas.id);
});

Deno.test("joinGroup() refuses a Welcome for another key package", async () => {
  const { welcome } = await anaToBia();
  const other = await mls.generateKeyPackage(bia);
  await assertProtocolRejection(
    () => mls.joinGroup(bia, welcome, other.secret),
    ["authenticationFailed"],
  );
});

Deno.test("joinGroup() refuses a key package of another member's", async () => {
  const { welcome, keyPackage } = await anaToBia();
  await assertProtocolRejection(
    () => mls.joinGroup({ ...ana, name: "bia" }, welcome, keyPackage.secret),
    ["badValue"],
  );
});

Deno.test("joinGroup() leaves the secret as it was", async () => {
  const { welcome, keyPackage } = await anaToBia();
  assertEquals((await mls.joinGroup(bia, welcome, keyPackage.secret)).peer.name, "ana");
});

Deno.test("groupIdOf() tells the group of a message", async () => {
  const { anas } = await anaToBia();
  const [message] = await sealed(anas, 1);
  assertEquals(await mls.groupIdOf(message!), anas.id);
});

Deno.test("open() gives back what was sealed, of any length", async () => {
  let { anas, bias } = await anaToBia();
  for (const length of [0, 1, 255, 256, 257, 16_400]) {
    const plaintext = crypto.getRandomValues(new Uint8Array(length));
    const { group: nextAnas, message } = await mls.seal(anas, plaintext, ana);
    assert(!contains(message, plaintext) || length < 8);
    const { group: nextBias, plaintext: opened } = await mls.open(bias, message);
    assertEquals(opened, plaintext);
    [anas, bias] = [nextAnas, nextBias];
  }
});

Deno.test("seal() shows of a plaintext's length only its step", async () => {
  let { anas } = await anaToBia();
  const lengths: number[] = [];
  for (const length of [0, 100, 254, 255, 510, 8_191, 9_214, 16_384]) {
    const { group, message } = await mls.seal(anas, new Uint8Array(length), ana);
    anas = group;
    lengths.push(message.length);
  }
  const [none, hundred, step, second, secondEnd, eighth, eighthEnd] = lengths;
  assertEquals([hundred, step, secondEnd, eighthEnd], [none, none, second, eighth]);
  assertNotEquals(second, none);
  assert(lengths.at(-1)! < 16_384 * 1.14);
});

Deno.test("open() takes a whole group's messages backwards", async () => {
  const { anas, bias } = await anaToBia();
  let group = bias;
  const messages = await sealed(anas, maxMessagesPerGroup);
  for (const [i, message] of messages.entries().toArray().reverse()) {
    const opened = await mls.open(mls.decodeGroup(mls.encodeGroup(group)), message);
    assertEquals(opened.plaintext, new Uint8Array([i]));
    group = opened.group;
  }
});

Deno.test("open() refuses more messages than a group may have", async () => {
  const { anas, bias } = await anaToBia();
  const messages = await sealed(anas, maxMessagesPerGroup + 1);
  await assertProtocolRejection(() => mls.open(bias, messages.at(-1)!), ["badValue"]);
});

Deno.test("open() takes a message once", async () => {
  const { anas, bias } = await anaToBia();
  const messages = await sealed(anas, 3);
  let group = bias;
  for (const i of [1, 0, 2]) ({ group } = await mls.open(group, messages[i]!));
  for (const message of messages) {
    await assertProtocolRejection(() => mls.open(group, message), ["authenticationFailed"]);
  }
});

Deno.test("open() leaves the group as it was where it refuses", async () => {
  const { anas, bias } = await anaToBia();
  const [message] = await sealed(anas, 1);
  const before = hex(mls.encodeGroup(bias));
  const altered = message!.with(-1, message!.at(-1)! ^ 1);
  await assertRejects(() => mls.open(bias, altered), ProtocolError);
  assertEquals(hex(mls.encodeGroup(bias)), before);
  assertEquals((await mls.open(bias, message!)).plaintext, new Uint8Array([0]));
});

Deno.test("open() refuses what comes back to its author", async () => {
  const { anas } = await anaToBia();
  const { group, message } = await mls.seal(anas, new Uint8Array(1), ana);
  await assertProtocolRejection(() => mls.open(group, message), ["badValue"]);
});

Deno.test("open() refuses a message of another group", async () => {
  const [{ anas }, { bias }] = await Promise.all([anaToBia(), anaToBia()]);
  const [message] = await sealed(anas, 1);
  await assertProtocolRejection(() => mls.open(bias, message!), ["badValue"]);
});

Deno.test("open() refuses what somebody else signed with the group's keys", async () => {
  const { anas, bias } = await anaToBia();
  const { message } = await mls.seal(anas, new Uint8Array(1), bia);
  await assertProtocolRejection(() => mls.open(bias, message), ["authenticationFailed"]);
});

Deno.test("seal() is the owner's alone", async () => {
  const { bias } = await anaToBia();
  await assertRejects(() => mls.seal(bias, new Uint8Array(1), bia), TypeError);
});

Deno.test("seal() overwrites the secret that it used", async () => {
  const { anas } = await anaToBia();
  const secret = anas.chain.ratchet.secret;
  await mls.seal(anas, new Uint8Array(1), ana);
  assertEquals(secret, new Uint8Array(secret.length));
});

Deno.test("seal() makes no message twice, from the same state either", async () => {
  const { anas } = await anaToBia();
  const state = mls.encodeGroup(anas);
  const messages = await Promise.all(
    [1, 2].map(() => mls.seal(mls.decodeGroup(state), new Uint8Array(1), ana)),
  );
  assertNotEquals(hex(messages[0]!.message), hex(messages[1]!.message));
});

Deno.test("sealedIn() counts", async () => {
  const { anas } = await anaToBia();
  assertEquals(mls.sealedIn(anas), 0);
  const { group } = await mls.seal(anas, new Uint8Array(1), ana);
  assertEquals(mls.sealedIn(group), 1);
});

Deno.test("decodeGroup() restores what encodeGroup() wrote", async () => {
  const { anas, bias } = await anaToBia();
  const messages = await sealed(mls.decodeGroup(mls.encodeGroup(anas)), 5);
  const { group } = await mls.open(bias, messages[4]!);
  for (const each of [anas, group]) {
    assertEquals(mls.decodeGroup(mls.encodeGroup(each)), each);
  }
});

Deno.test("decodeGroup() shares no memory with what it has read", async () => {
  const { anas } = await anaToBia();
  const state = mls.encodeGroup(anas);
  const before = hex(state);
  await mls.seal(mls.decodeGroup(state), new Uint8Array(1), ana);
  assertEquals(hex(state), before);
});

Deno.test("decodeGroup() refuses every truncation, and what follows", async () => {
  const { bias } = await anaToBia();
  const state = mls.encodeGroup(bias);
  for (let length = 0; length < state.length; length++) {
    assertThrows(() => mls.decodeGroup(state.subarray(0, length)), ProtocolError);
  }
  assertProtocolError(
    () => mls.decodeGroup(new Uint8Array([...state, 0])),
    "trailingBytes",
  );
});

Deno.test("encodeGroup() keeps no key of a member's", async () => {
  const { anas, bias, keyPackage } = await anaToBia();
  const seed = ana.signingKeyPair.privateKey.export({ format: "der", type: "pkcs8" }).subarray(-32);
  const joinSecrets = [-32, -66].map((at) => keyPackage.secret.slice(at).subarray(0, 32));
  for (const group of [anas, bias]) {
    for (const secret of [seed, ...joinSecrets]) {
      assert(!contains(mls.encodeGroup(group), secret));
    }
  }
});
