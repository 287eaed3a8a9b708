import { bytes } from "../testing/hex.ts";

const ff = (count: number) => "ff".repeat(count);

/** X25519 public keys with which everybody's shared secret is zero, however they are written. */
const points = [
  { name: "the zero key", encoded: "00".repeat(32) },
  { name: "the key 1", encoded: `01${"00".repeat(31)}` },
  {
    name: "a key of order 8",
    encoded: "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  },
  {
    name: "the other key of order 8",
    encoded: "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  },
  { name: "the key p − 1", encoded: `ec${ff(30)}7f` },
  { name: "the key p", encoded: `ed${ff(30)}7f` },
  { name: "the key p + 1", encoded: `ee${ff(30)}7f` },
] as const;

/** Each as it is and with the highest bit set, which X25519 ignores. */
export const smallOrderKeys = points.flatMap(({ name, encoded }) => {
  const publicKey = bytes(encoded);
  const highBitSet = publicKey.slice();
  highBitSet[31]! |= 0x80;
  return [
    { name, publicKey },
    { name: `${name} with the highest bit set`, publicKey: highBitSet },
  ];
});
