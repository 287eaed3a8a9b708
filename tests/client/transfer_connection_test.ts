import { assert, assertEquals, assertRejects } from "@std/assert";
import { ChatError, type ChatErrorCode } from "../../lib/client/mod.ts";
import {
  openTransferConnection,
  type TransferConnectionOptions,
} from "../../lib/client/transfer_connection.ts";
import { systemClock } from "../../lib/clock.ts";
import { encodedMessage, type ServerMessage } from "../../lib/codec/mod.ts";
import { generateIdentity, generateKeyPair } from "../../lib/crypto/mod.ts";
import { closeQuietly, respondToHandshake, writeAll } from "../../lib/transport/mod.ts";
import { serverHello } from "../testing/hellos.ts";
import { newTransferId, TestTransfers } from "../testing/test_transfers.ts";

function optionsFor(port: number): TransferConnectionOptions {
  return {
    address: { hostname: "127.0.0.1", port },
    name: "ana",
    identity: generateIdentity(),
    trustServer: () => true,
    transferId: newTransferId(),
    role: "sender",
    clock: systemClock,
  };
}

/** Opens a connection to a server that answers every handshake with `answer` and ends. */
async function openTo(
  answer: (seal: (message: ServerMessage) => Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const serving = (async () => {
    using conn = await listener.accept();
    const { handshaken } = await respondToHandshake(conn, generateKeyPair(), serverHello);
    const seal = (message: ServerMessage) =>
      handshaken.transport.sealFrame(encodedMessage(message));
    await writeAll(conn, answer(seal));
  })();
  try {
    const stream = await openTransferConnection(optionsFor(port));
    const buffer = new Uint8Array(100);
    const count = await stream.read(buffer);
    stream.close();
    return buffer.slice(0, count ?? 0);
  } finally {
    await serving;
    listener.close();
  }
}

async function assertFails(opening: Promise<unknown>, code: ChatErrorCode): Promise<void> {
  const error = await assertRejects(() => opening, ChatError);
  assertEquals((error as ChatError).code, code);
}

Deno.test("openTransferConnection() loses nothing that comes right behind the server's word", async () => {
  const rest = Uint8Array.of(1, 2, 3);
  assertEquals(await openTo((seal) => Uint8Array.of(...seal({ kind: "paired" }), ...rest)), rest);
});

const failures: readonly {
  name: string;
  answer: Parameters<typeof openTo>[0];
  expected: ChatErrorCode;
}[] = [
  {
    name: "what the server refuses with",
    answer: (seal) => seal({ kind: "refused", code: "transferUnmatched" }),
    expected: "transferUnmatched",
  },
  {
    name: "unreachable where the server stops",
    answer: (seal) => seal({ kind: "bye", code: "serverStopping" }),
    expected: "unreachable",
  },
  {
    name: "unreachable where the connection ends",
    answer: (seal) => seal({ kind: "paired" }).slice(0, -1),
    expected: "unreachable",
  },
  {
    name: "notAServer where anything else comes",
    answer: (seal) => seal({ kind: "ping" }),
    expected: "notAServer",
  },
  {
    name: "notAServer where a frame has been altered",
    answer: (seal) => {
      const frame = seal({ kind: "paired" });
      frame[frame.length - 1]! ^= 1;
      return frame;
    },
    expected: "notAServer",
  },
  {
    name: "notAServer where a frame is too long for anything it could say",
    answer: () => Uint8Array.of(2, 1, 0),
    expected: "notAServer",
  },
];

for (const { name, answer, expected } of failures) {
  Deno.test(`openTransferConnection() rejects with ${name}`, async () => {
    await assertFails(openTo(answer), expected);
  });
}

Deno.test("openTransferConnection() rejects where nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  await assertFails(openTransferConnection(optionsFor(port)), "unreachable");
});

Deno.test("openTransferConnection() says nothing of its member to another server than the known one", async () => {
  await using transfers = await TestTransfers.start();
  const options = { ...optionsFor(transfers.chat.port), trustServer: () => false };
  await assertFails(openTransferConnection(options), "serverKeyChanged");
  assert(transfers.chat.log.entries.every(({ kind }) => kind === "joined"));
});

Deno.test("openTransferConnection() gives up when it is told to, at any time", async () => {
  await using transfers = await TestTransfers.start();
  const reason = new Error("enough");
  const options = {
    ...optionsFor(transfers.chat.port),
    identity: transfers.identityOf("ana"),
  };
  const aborted = { ...options, signal: AbortSignal.abort(reason) };
  assertEquals(await openTransferConnection(aborted).catch((error) => error), reason);
  const { promise: isTrusted, resolve } = Promise.withResolvers<void>();
  const controller = new AbortController();
  const opening = openTransferConnection({
    ...options,
    signal: controller.signal,
    trustServer: () => {
      resolve();
      return true;
    },
  });
  await isTrusted;
  controller.abort(reason);
  assertEquals(await opening.catch((error) => error), reason);
});

Deno.test("openTransferConnection() is no more bound to its signal once it has answered", async () => {
  await using transfers = await TestTransfers.start();
  const controller = new AbortController();
  const id = newTransferId();
  const [sender, receiver] = await Promise.all([
    transfers.open("ana", "sender", id, controller),
    transfers.open("bia", "receiver", id),
  ]);
  controller.abort();
  await sender.send(Uint8Array.of(7));
  assertEquals(await receiver.receive(1), Uint8Array.of(7));
  closeQuietly(sender.stream);
});
