/** Types of the standard library's modules that deno.json maps to their npm build, which ships none. */

declare module "@std/bytes/concat" {
  export function concat(buffers: readonly Uint8Array[]): Uint8Array<ArrayBuffer>;
}

declare module "@std/cli/parse-args" {
  export interface ParseOptions {
    boolean?: string[];
    string?: string[];
    alias?: Record<string, string>;
    stopEarly?: boolean;
    unknown?: (arg: string, key?: string, value?: unknown) => unknown;
  }
  export function parseArgs(
    args: readonly string[],
    options?: ParseOptions,
  ): { _: (string | number)[] } & Record<string, unknown>;
}

declare module "@std/cli/prompt-secret" {
  export function promptSecret(
    message?: string,
    options?: { mask?: string; clear?: boolean },
  ): string | null;
}

declare module "@std/crypto/timing-safe-equal" {
  export function timingSafeEqual(
    a: ArrayBufferView | ArrayBufferLike | DataView,
    b: ArrayBufferView | ArrayBufferLike | DataView,
  ): boolean;
}

declare module "@std/crypto/aes-gcm" {
  export function encryptAesGcm(
    key: CryptoKey,
    plaintext: BufferSource,
    options?: { additionalData?: BufferSource },
  ): Promise<Uint8Array<ArrayBuffer>>;
  export function decryptAesGcm(
    key: CryptoKey,
    data: BufferSource,
    options?: { additionalData?: BufferSource },
  ): Promise<Uint8Array<ArrayBuffer>>;
}

declare module "@std/encoding/base32" {
  export function encodeBase32(data: ArrayBuffer | Uint8Array | string): string;
}

declare module "@std/assert" {
  export class AssertionError extends Error {}
  export function assert(expr: unknown, msg?: string): asserts expr;
  export function assertEquals<T>(actual: T, expected: T, msg?: string): void;
  export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void;
  export function assertStrictEquals<T>(
    actual: unknown,
    expected: T,
    msg?: string,
  ): asserts actual is T;
  export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T>;
  export function assertGreater<T>(actual: T, expected: T, msg?: string): void;
  export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void;
  export function assertLess<T>(actual: T, expected: T, msg?: string): void;
  export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void;
  export function assertStringIncludes(actual: string, expected: string, msg?: string): void;
  export function assertMatch(actual: string, expected: RegExp, msg?: string): void;
  export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void;
  export function assertArrayIncludes<T>(
    actual: ArrayLike<T>,
    expected: ArrayLike<T>,
    msg?: string,
  ): void;
  export function assertObjectMatch(actual: object, expected: object, msg?: string): void;
  // deno-lint-ignore no-explicit-any
  type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;
  export function assertThrows(fn: () => unknown, msg?: string): unknown;
  export function assertThrows<E extends Error>(
    fn: () => unknown,
    type: ErrorClass<E>,
    includes?: string,
    msg?: string,
  ): E;
  export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
  export function assertRejects<E extends Error>(
    fn: () => PromiseLike<unknown>,
    type: ErrorClass<E>,
    includes?: string,
    msg?: string,
  ): Promise<E>;
  export function assertInstanceOf<T>(
    actual: unknown,
    expected: new (...args: never[]) => T,
    msg?: string,
  ): asserts actual is T;
  export function unreachable(msg?: string): never;
  export function fail(msg?: string): never;
}
