import { assert, assertEquals } from "@std/assert";
import { hkdfSync, scryptSync } from "node:crypto";
import {
  ByteWriter,
  encodeContent,
  encodeEnvelope,
  encodeFrame,
  encodeMemberHello,
  encodeMessage,
  encodeServerHello,
  frameHeaderBytes,
  type MemberHello,
  type Message,
  readDatagramHeader,
  type ServerHello,
  signedSayBytes,
} from "../../lib/codec/mod.ts";
import { open, seal } from "../../lib/crypto/aead.ts";
import {
  diffieHellman,
  fingerprint,
  type Handshaken,
  HandshakeState,
  keyPairOf,
  sign,
  signingKeyPairOf,
  verificationCode,
  Verifier,
} from "../../lib/crypto/mod.ts";
import { textContent } from "../testing/contents.ts";
import { bytes, hex } from "../testing/hex.ts";
import { protocolExample as example } from "./protocol_example.ts";

const none = new Uint8Array();
const utf8 = new TextEncoder();

const memberStatic = keyPairOf(bytes(example.memberStaticPrivate));
const memberEphemeral = keyPairOf(bytes(example.memberEphemeralPrivate));
const serverStatic = keyPairOf(bytes(example.serverStaticPrivate));
const serverEphemeral = keyPairOf(bytes(example.serverEphemeralPrivate));
const memberSigning = signingKeyPairOf(bytes(example.memberSigningPrivate));
const addresseeSigning = signingKeyPairOf(bytes(example.addresseeSigningPrivate));

const serverHello: ServerHello = { version: 3, software: "prosa/0.1.0", maxTextBytes: 16_384 };
const memberHello: MemberHello = {
  version: 3,
  software: "prosa/0.1.0",
  name: "ana",
  signingKey: memberSigning.publicKey,
  invitation: "",
  capabilities: 0,
  transfer: undefined,
};

const sessionId = 0x0123456789abcdefn;
const room = 0xfedcba9876543210n;
const run = 0x0f1e2d3c4b5a6978n;
const sentAt = 1_700_000_000_000;
const unsignedSay = { id: 0x1112131415161718n, sentAt, text: "Olá, todos!" };
const signedBytes = signedSayBytes({ room, author: "ana", ...unsignedSay });
const ourSay = { ...unsignedSay, signature: sign(signedBytes, memberSigning) };
const ourContent = textContent(0x2122232425262728n, sentAt, "Olá, Bia!");
const ourSend = {
  id: ourContent.id,
  to: "bia",
  envelope: encodeEnvelope({ welcome: none, message: bytes(example.opaqueMessage) }),
};

const plaintexts = {
  welcome: plaintextOf({
    kind: "welcome",
    sessionId,
    room,
    run,
    baseSeq: 40,
    name: "ana",
    newestSeq: 41,
  }),
  say: plaintextOf({ kind: "say", ...ourSay }),
  probe: plaintextOf({ kind: "probe", number: 0, seq: 41 }),
  saidAndProbe: plaintextOf(
    { kind: "said", seq: 42, from: "ana", ...ourSay },
    { kind: "probe", number: 1, seq: 42 },
  ),
  send: plaintextOf({ kind: "send", ...ourSend }),
};

function plaintextOf(...messages: Message[]): Uint8Array {
  const writer = new ByteWriter();
  for (const message of messages) encodeMessage(writer, message);
  return writer.written;
}

/** The example's handshake, with what went over the wire. */
function handshake(): { frames: string[]; member: Handshaken; server: Handshaken } {
  const member = new HandshakeState({
    initiator: true,
    staticKeyPair: memberStatic,
    ephemeralKeyPair: memberEphemeral,
  });
  const server = new HandshakeState({
    initiator: false,
    staticKeyPair: serverStatic,
    ephemeralKeyPair: serverEphemeral,
  });
  const first = member.writeMessage(none);
  server.readMessage(first);
  const second = server.writeMessage(encodeServerHello(serverHello));
  member.readMessage(second);
  const third = member.writeMessage(encodeMemberHello(memberHello));
  server.readMessage(third);
  return {
    frames: [first, second, third].map((message) => hex(encodeFrame(message))),
    member: member.finish(),
    server: server.finish(),
  };
}

/** Noise §4.3, as the document puts it. */
function hkdf(chainingKey: Uint8Array, inputKeyMaterial: Uint8Array): [Uint8Array, Uint8Array] {
  const output = new Uint8Array(hkdfSync("sha256", inputKeyMaterial, chainingKey, none, 64));
  return [output.slice(0, 32), output.slice(32)];
}

Deno.test("keyPairOf() and fingerprint() agree with the documented example", () => {
  assertEquals(hex(memberStatic.publicKey), example.memberStaticPublic);
  assertEquals(hex(memberEphemeral.publicKey), example.memberEphemeralPublic);
  assertEquals(hex(serverStatic.publicKey), example.serverStaticPublic);
  assertEquals(hex(serverEphemeral.publicKey), example.serverEphemeralPublic);
  assertEquals(fingerprint(serverStatic.publicKey), example.serverFingerprint);
});

Deno.test("sign() and signedSayBytes() agree with the documented example", () => {
  assertEquals(hex(memberSigning.publicKey), example.memberSigningPublic);
  assertEquals(hex(signedBytes), example.signedSay);
  assertEquals(hex(ourSay.signature), example.saySignature);
  const verifier = new Verifier(bytes(example.memberSigningPublic));
  assert(verifier.verify(bytes(example.signedSay), bytes(example.saySignature)));
});

Deno.test("encodeServerHello() and encodeMemberHello() agree with the documented example", () => {
  assertEquals(hex(encodeServerHello(serverHello)), example.serverHello);
  assertEquals(hex(encodeMemberHello(memberHello)), example.memberHello);
});

Deno.test("encodeMessage() agrees with the documented example", () => {
  assertEquals(hex(plaintexts.welcome), example.welcomePlaintext);
  assertEquals(hex(plaintexts.say), example.sayPlaintext);
  assertEquals(hex(plaintexts.probe), example.probePlaintext);
  assertEquals(hex(plaintexts.saidAndProbe), example.saidAndProbePlaintext);
  assertEquals(hex(encodeContent(ourContent)), example.content);
  assertEquals(hex(ourSend.envelope), example.envelope);
  assertEquals(hex(plaintexts.send), example.sendPlaintext);
});

Deno.test("HandshakeState agrees with the documented example", () => {
  const { frames, member, server } = handshake();
  const { firstHandshakeFrame, secondHandshakeFrame, thirdHandshakeFrame } = example;
  assertEquals(frames, [firstHandshakeFrame, secondHandshakeFrame, thirdHandshakeFrame]);
  assertEquals(hex(member.handshakeHash), example.handshakeHash);
  assertEquals(hex(server.handshakeHash), example.handshakeHash);
});

Deno.test("diffieHellman() and HKDF give the documented keys", () => {
  let chainingKey: Uint8Array = new Uint8Array(32);
  utf8.encodeInto("Noise_XX_25519_AESGCM_SHA256", chainingKey);
  const secrets = [
    diffieHellman(memberEphemeral, serverEphemeral.publicKey),
    diffieHellman(memberEphemeral, serverStatic.publicKey),
    diffieHellman(memberStatic, serverEphemeral.publicKey),
  ];
  for (const secret of secrets) [chainingKey] = hkdf(chainingKey, secret);
  assertEquals(hex(chainingKey), example.chainingKey);

  const [memberFrameKey, serverFrameKey] = hkdf(chainingKey, none);
  assertEquals(hex(memberFrameKey), example.memberFrameKey);
  assertEquals(hex(serverFrameKey), example.serverFrameKey);

  const label = utf8.encode("prosa/1 datagram");
  const [memberDatagramKey, serverDatagramKey] = hkdf(chainingKey, label);
  assertEquals(hex(memberDatagramKey), example.memberDatagramKey);
  assertEquals(hex(serverDatagramKey), example.serverDatagramKey);

  const rekeyed = seal(memberFrameKey, 2n ** 64n - 1n, undefined, new Uint8Array(32));
  assertEquals(hex(rekeyed.slice(0, 32)), example.memberSecondFrameKey);
});

Deno.test("verificationCode() and scrypt agree with the documented example", async () => {
  const ana = { nameKey: "ANA", signingKey: memberSigning.publicKey };
  const bia = { nameKey: "BIA", signingKey: addresseeSigning.publicKey };
  assertEquals(hex(bia.signingKey), example.addresseeSigningPublic);
  const code = await verificationCode(ana, bia);
  assertEquals(code.replaceAll(" ", ""), example.verificationCode);

  const hashes = [ana, bia].map(({ nameKey, signingKey }) => {
    const salt = utf8.encode(`prosa/1 verification ${nameKey}`);
    return scryptSync(signingKey, salt, 16, { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 });
  });
  const { memberVerificationHash, addresseeVerificationHash } = example;
  assertEquals(hashes.map(hex), [memberVerificationHash, addresseeVerificationHash]);
});

const frames: {
  from: "member" | "server";
  what: "say" | "welcome";
  frame: string;
  key: string;
}[] = [
  { from: "server", what: "welcome", frame: example.welcomeFrame, key: example.serverFrameKey },
  { from: "member", what: "say", frame: example.sayFrame, key: example.memberFrameKey },
];

for (const { from, what, frame, key } of frames) {
  Deno.test(`TransportSession agrees with the documented ${what} of the ${from}`, () => {
    const plaintext = plaintexts[what];
    assertEquals(hex(handshake()[from].transport.sealFrame(plaintext)), frame);
    const sealed = bytes(frame).subarray(frameHeaderBytes);
    assertEquals(hex(open(bytes(key), 0, undefined, sealed)), hex(plaintext));
  });
}

const datagrams: {
  from: "member" | "server";
  what: "probe" | "saidAndProbe";
  datagram: string;
  key: string;
}[] = [
  {
    from: "member",
    what: "probe",
    datagram: example.memberDatagram,
    key: example.memberDatagramKey,
  },
  {
    from: "server",
    what: "saidAndProbe",
    datagram: example.serverDatagram,
    key: example.serverDatagramKey,
  },
];

for (const { from, what, datagram, key } of datagrams) {
  Deno.test(`DatagramSession agrees with the documented datagram of the ${from}`, () => {
    const plaintext = plaintexts[what];
    assertEquals(hex(handshake()[from].datagrams(sessionId).seal(plaintext)), datagram);
    const whole = bytes(datagram);
    assertEquals(readDatagramHeader(whole), { sessionId, counter: 0 });
    const [header, sealed] = [whole.subarray(0, 17), whole.subarray(17)];
    assertEquals(hex(open(bytes(key), 0, header, sealed)), hex(plaintext));
  });
}

Deno.test({
  name: "PROTOCOL.md contains every value of the example",
  ignore: Deno.permissions.querySync({ name: "read" }).state !== "granted",
  fn: async () => {
    const document = await Deno.readTextFile(new URL("../../docs/PROTOCOL.md", import.meta.url));
    const withoutSpace = document.replaceAll(/\s/g, "");
    for (const [name, value] of Object.entries(example)) {
      assert(withoutSpace.includes(value), `${name} is not in the document`);
    }
  },
});
