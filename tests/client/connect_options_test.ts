import { assertEquals, assertRejects } from "@std/assert";
import { ChatError, connect, type ConnectOptions } from "../../lib/client/mod.ts";
import { decodeMemberHello, type MemberHello } from "../../lib/codec/mod.ts";
import { closeQuietly, respondToHandshake } from "../../lib/transport/mod.ts";
import { responderStatic } from "../crypto/handshake.ts";
import { serverHello } from "../testing/hellos.ts";
import { TestChat } from "../testing/test_chat.ts";

/** Connects to a server that only shakes hands; answers what it was told, and how connecting failed. */
async function shakeHands(options: Partial<ConnectOptions>) {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const told = listener.accept().then(async (conn) => {
    const told = await respondToHandshake(conn, responderStatic, serverHello)
      .then(({ hello }) => decodeMemberHello(hello) as MemberHello, () => undefined);
    closeQuietly(conn);
    return told;
  });
  const server = `127.0.0.1:${listener.addr.port}`;
  const failure = await assertRejects(() => connect({ server, name: "ana", ...options }));
  return { told: await told, failure };
}

Deno.test("connect() hands over the invitation", async () => {
  assertEquals((await shakeHands({ invitation: "AB-CD" })).told?.invitation, "AB-CD");
  assertEquals((await shakeHands({})).told?.invitation, "");
});

Deno.test("connect() refuses an invitation that no server would have made", async () => {
  const options = { server: "127.0.0.1:1", name: "ana", invitation: "é".repeat(33) };
  assertEquals((await assertRejects(() => connect(options), ChatError)).code, "invitationInvalid");
});

Deno.test("connect() refuses to ask for more of the past than a server keeps, or for less than nothing", async () => {
  for (const history of [-1, 1_001, 1.5, NaN]) {
    await assertRejects(() => connect({ server: "127.0.0.1:1", name: "ana", history }), RangeError);
  }
});

Deno.test("connect() asks whether to trust the server before it says who we are", async () => {
  const seen: Uint8Array[] = [];
  const trustServer = (serverKey: Uint8Array) => {
    seen.push(serverKey);
    return false;
  };
  const { told, failure } = await shakeHands({ trustServer });
  assertEquals(seen, [responderStatic.publicKey]);
  assertEquals(told, undefined);
  assertEquals((failure as ChatError).code, "serverKeyChanged");
});

Deno.test("connect() fails with what trustServer throws", async () => {
  const error = new TypeError("no pins");
  const trustServer = () => {
    throw error;
  };
  const { told, failure } = await shakeHands({ trustServer });
  assertEquals([told, failure], [undefined, error]);
});

Deno.test("connect() enters a server that is trusted", async () => {
  await using chat = await TestChat.start();
  let asked = 0;
  await chat.join("ana", { trustServer: () => ++asked > 0 });
  assertEquals(asked, 1);
});
