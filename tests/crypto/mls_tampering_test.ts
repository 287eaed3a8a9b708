import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ProtocolError, type ProtocolErrorCode } from "../../lib/codec/mod.ts";
import { mls } from "../../lib/crypto/mod.ts";
import { maxWelcomeBytes } from "../../lib/limits.ts";
import { assertProtocolRejection } from "../testing/assert_protocol_error.ts";
import { bitFlips } from "../testing/bit_flips.ts";
import { ana, anaToBia, bia, sealed } from "../testing/mls_pair.ts";

const refused: readonly ProtocolErrorCode[] = ["authenticationFailed", "badValue"];

/** Opening the secrets of an altered Welcome takes 3 ms: of its bytes one in so many has its turn. */
const welcomeStride = 23;
/** Suite, ref and lengths stand in front: there every byte has. */
const welcomeHeadBytes = 96;
/** No multiple of 8, so that each bit of a byte has its turn. */
const packageStride = 7;

Deno.test("open() refuses a message with any bit altered", async () => {
  const { anas, bias } = await anaToBia();
  const [message] = await sealed(anas, 1);
  for (const { bit, flipped } of bitFlips(message!)) {
    await assertProtocolRejection(() => mls.open(bias, flipped), refused, `bit ${bit}`);
  }
  await mls.open(bias, message!);
});

Deno.test("open() refuses a message cut short or followed by more", async () => {
  const { anas, bias } = await anaToBia();
  const [message] = await sealed(anas, 1);
  for (let length = 0; length < message!.length; length++) {
    await assertProtocolRejection(() => mls.open(bias, message!.subarray(0, length)), refused);
  }
  const longer = new Uint8Array([...message!, 0]);
  await assertProtocolRejection(() => mls.open(bias, longer), ["badValue"]);
});

Deno.test("joinGroup() refuses a Welcome with a bit of any byte altered", async () => {
  const { welcome, keyPackage } = await anaToBia();
  for (let at = 0; at < welcome.length; at += at < welcomeHeadBytes ? 1 : welcomeStride) {
    const altered = welcome.with(at, welcome[at]! ^ 1 << at % 8);
    await assertProtocolRejection(
      () => mls.joinGroup(bia, altered, keyPackage.secret),
      refused,
      `byte ${at}`,
    );
  }
  const last = welcome.with(-1, welcome.at(-1)! ^ 1);
  await assertProtocolRejection(() => mls.joinGroup(bia, last, keyPackage.secret), refused);
});

Deno.test("joinGroup() refuses a Welcome cut short, followed by more, or over its limit", async () => {
  const { welcome, keyPackage } = await anaToBia();
  const join = (altered: Uint8Array) => () => mls.joinGroup(bia, altered, keyPackage.secret);
  for (let length = 0; length < welcome.length; length += welcomeStride) {
    await assertProtocolRejection(join(welcome.subarray(0, length)), refused);
  }
  await assertProtocolRejection(join(new Uint8Array([...welcome, 0])), ["badValue"]);
  await assertProtocolRejection(join(new Uint8Array(maxWelcomeBytes + 1)), ["lengthOverLimit"]);
});

Deno.test("startGroup() refuses a key package with a bit of any byte altered", async () => {
  const { keyPackage: { published } } = await anaToBia();
  for (let at = 0; at < published.length; at += packageStride) {
    const altered = published.with(at, published[at]! ^ 1 << at % 8);
    await assertProtocolRejection(
      () => mls.startGroup(ana, altered),
      [...refused, "badText"],
      `byte ${at}`,
    );
  }
});

Deno.test("Nothing that a peer may send makes another error than ProtocolError", async () => {
  const { anas, bias, welcome, keyPackage } = await anaToBia();
  const [message] = await sealed(anas, 1);
  const readers = [
    (bytes: Uint8Array) => mls.groupIdOf(bytes),
    (bytes: Uint8Array) => mls.open(bias, bytes),
    (bytes: Uint8Array) => mls.welcomeRefs(bytes),
    (bytes: Uint8Array) => mls.joinGroup(bia, bytes, keyPackage.secret),
    (bytes: Uint8Array) => mls.startGroup(ana, bytes),
  ];
  const edit = fc.record({
    at: fc.nat(4_500),
    remove: fc.nat(4),
    insert: fc.uint8Array({ maxLength: 4 }),
  });
  const edited = fc.tuple(
    fc.constantFrom(message!, welcome, keyPackage.published),
    fc.array(edit, { minLength: 1, maxLength: 3 }),
  ).map(([original, edits]) => {
    const bytes = [...original];
    for (const { at, remove, insert } of edits) bytes.splice(at % bytes.length, remove, ...insert);
    return new Uint8Array(bytes);
  });
  const framed = fc.tuple(fc.constantFrom(1, 2, 3, 4, 5), fc.uint8Array({ maxLength: 300 }))
    .map(([format, rest]) => new Uint8Array([0, 1, 0, format, ...rest]));
  await fc.assert(
    fc.asyncProperty(fc.oneof(edited, framed, fc.uint8Array()), async (bytes) => {
      for (const read of readers) {
        await read(bytes).catch((error) => assert(error instanceof ProtocolError, `${error}`));
      }
    }),
    { seed: 20_250, numRuns: 150 },
  );
  assertEquals((await mls.open(bias, message!)).plaintext, new Uint8Array([0]));
});
