import { assertEquals, assertNotEquals } from "@std/assert";
import { open, seal } from "../../lib/crypto/aead.ts";
import { CipherState } from "../../lib/crypto/cipher_state.ts";
import { assertProtocolError } from "../testing/assert_protocol_error.ts";
import { bytes, hex } from "../testing/hex.ts";

const key = bytes("11".repeat(32));
const plaintext = bytes("c0ffee");
const associatedData = bytes("0102");

Deno.test("CipherState.encryptWithAd() seals with its key and the next number", () => {
  const state = new CipherState(key);
  for (let counter = 0; counter < 3; counter++) {
    assertEquals(state.counter, counter);
    const sealed = state.encryptWithAd(associatedData, plaintext);
    assertEquals(hex(sealed), hex(seal(key, counter, associatedData, plaintext)));
  }
});

Deno.test("CipherState.encryptInto() seals as encryptWithAd() does without associated data", () => {
  const state = new CipherState(key);
  const other = new CipherState(key);
  for (let i = 0; i < 3; i++) {
    const out = new Uint8Array(2 + plaintext.length + 16);
    state.encryptInto(out, 2, plaintext);
    assertEquals(hex(out), `0000${hex(other.encryptWithAd(undefined, plaintext))}`);
  }
  assertEquals(state.counter, 3);
});

Deno.test("CipherState.decryptWithAd() stays as it was when it fails", () => {
  const sender = new CipherState(key);
  const receiver = new CipherState(key);
  const sealed = sender.encryptWithAd(associatedData, plaintext);
  assertProtocolError(() => receiver.decryptWithAd(undefined, sealed), "authenticationFailed");
  assertEquals(receiver.counter, 0);
  assertEquals(hex(receiver.decryptWithAd(associatedData, sealed)), hex(plaintext));
  assertEquals(receiver.counter, 1);
});

Deno.test("CipherState.rekey() derives the key of Noise §4.2 and keeps the number", async () => {
  const webKey = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const iv = bytes("00000000 ffffffffffffffff");
  const zeros = new Uint8Array(32);
  const sealedZeros = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, webKey, zeros);
  const nextKey = new Uint8Array(sealedZeros).slice(0, 32);

  const state = new CipherState(key);
  state.encryptWithAd(undefined, plaintext);
  state.rekey();
  assertEquals(state.counter, 1);
  const sealed = state.encryptWithAd(undefined, plaintext);
  assertEquals(hex(open(nextKey, 1, undefined, sealed)), hex(plaintext));
});

Deno.test("CipherState.rekey() leaves the caller's key as it was", () => {
  const own = key.slice();
  const state = new CipherState(own);
  state.rekey();
  assertEquals(hex(own), hex(key));
  assertNotEquals(
    hex(state.encryptWithAd(undefined, plaintext)),
    hex(seal(key, 0, undefined, plaintext)),
  );
});
