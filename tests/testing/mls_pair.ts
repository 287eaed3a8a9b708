import { generateSigningKeyPair, mls } from "../../lib/crypto/mod.ts";

/** Two members by the names of ana and bia, whom tests write between. */
export const ana: mls.MlsIdentity = { name: "ana", signingKeyPair: generateSigningKeyPair() };
export const bia: mls.MlsIdentity = { name: "bia", signingKeyPair: generateSigningKeyPair() };

/** The group in which ana writes to bia, as each of them has it. */
export async function anaToBia() {
  const keyPackage = await mls.generateKeyPackage(bia);
  const { group: anas, welcome } = await mls.startGroup(ana, keyPackage.published);
  const bias = await mls.joinGroup(bia, welcome, keyPackage.secret);
  return { anas, bias, welcome, keyPackage };
}

/** So many messages of ana's, the plaintext of each its number. */
export async function sealed(group: mls.MlsGroup, count: number): Promise<Uint8Array[]> {
  const messages: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const { group: next, message } = await mls.seal(group, new Uint8Array([i]), ana);
    messages.push(message);
    group = next;
  }
  return messages;
}
