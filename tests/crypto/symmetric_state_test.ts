import { assertEquals } from "@std/assert";
import { createHash, createHmac } from "node:crypto";
import { seal } from "../../lib/crypto/aead.ts";
import { SymmetricState } from "../../lib/crypto/symmetric_state.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";
import { bytes, hex } from "../testing/hex.ts";

const protocolName = "Noise_XX_25519_AESGCM_SHA256";
const initialHash = new Uint8Array(32);
new TextEncoder().encodeInto(protocolName, initialHash);
const secret = bytes("5e".repeat(32));
const payload = bytes("c0ffee");

function hmac(key: Uint8Array, data: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac("sha256", key).update(data).digest());
}

/** Noise §4.3, word for word. */
function hkdf(chainingKey: Uint8Array, inputKeyMaterial: Uint8Array): [Uint8Array, Uint8Array] {
  const tempKey = hmac(chainingKey, inputKeyMaterial);
  const output1 = hmac(tempKey, Uint8Array.of(1));
  const output2 = hmac(tempKey, Uint8Array.of(...output1, 2));
  return [output1, output2];
}

function sha256(data: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(data).digest());
}

Deno.test("SymmetricState begins with the protocol's name, filled up with zeros", () => {
  const state = new SymmetricState(protocolName);
  assertEquals(hex(state.handshakeHash), hex(initialHash));
  assertEquals(state.hasKey, false);
});

Deno.test("SymmetricState.mixHash() hashes the hash so far and the data", () => {
  const state = new SymmetricState(protocolName);
  state.mixHash(payload);
  assertEquals(hex(state.handshakeHash), hex(sha256(Uint8Array.of(...initialHash, ...payload))));
});

Deno.test("SymmetricState.encryptAndHash() passes the payload on before there is a key", () => {
  const state = new SymmetricState(protocolName);
  assertEquals(hex(state.encryptAndHash(payload)), hex(payload));
  assertEquals(hex(state.handshakeHash), hex(sha256(Uint8Array.of(...initialHash, ...payload))));
});

Deno.test("SymmetricState.encryptAndHash() seals with the mixed key and binds the hash", () => {
  const state = new SymmetricState(protocolName);
  state.mixKey(secret);
  assertEquals(state.hasKey, true);
  const [, key] = hkdf(initialHash, secret);
  const first = state.encryptAndHash(payload);
  assertEquals(hex(first), hex(seal(key, 0, initialHash, payload)));
  const hash = sha256(Uint8Array.of(...initialHash, ...first));
  assertEquals(hex(state.handshakeHash), hex(hash));
  assertEquals(hex(state.encryptAndHash(payload)), hex(seal(key, 1, hash, payload)));
});

Deno.test("SymmetricState.decryptAndHash() ends with the same hash as the other side", () => {
  const [ours, theirs] = [new SymmetricState(protocolName), new SymmetricState(protocolName)];
  for (const state of [ours, theirs]) state.mixKey(secret);
  for (let i = 0; i < 2; i++) {
    assertEquals(hex(theirs.decryptAndHash(ours.encryptAndHash(payload))), hex(payload));
    assertEquals(hex(theirs.handshakeHash), hex(ours.handshakeHash));
  }
});

Deno.test("SymmetricState.decryptAndHash() refuses another history", () => {
  const [ours, theirs] = [new SymmetricState(protocolName), new SymmetricState(protocolName)];
  for (const state of [ours, theirs]) state.mixKey(secret);
  theirs.mixHash(new Uint8Array());
  const sealed = ours.encryptAndHash(payload);
  assertProtocolError(() => theirs.decryptAndHash(sealed), "authenticationFailed");
});

Deno.test("SymmetricState.split() and splitFor() derive four keys that differ", () => {
  const state = new SymmetricState(protocolName);
  state.mixKey(secret);
  const [chainingKey] = hkdf(initialHash, secret);
  const label = "a purpose";
  assertEquals(state.split().map(hex), hkdf(chainingKey, new Uint8Array()).map(hex));
  assertEquals(
    state.splitFor(label).map(hex),
    hkdf(chainingKey, new TextEncoder().encode(label)).map(hex),
  );
  const keys = [...state.split(), ...state.splitFor(label), ...state.splitFor("another")].map(hex);
  assertEquals(new Set(keys).size, 6);
});
