/** A TCP listener and a UDP socket on one port number. */
export interface Listening {
  readonly listener: Deno.TcpListener;
  readonly datagrams: Deno.DatagramConn;
}

const everyAddress = { both: "::", onlyIpv4: "0.0.0.0" } as const;
/** With port 0 the system picks one for TCP, and it may be taken for UDP. */
const maxPortTries = 20;

/**
 * Listens for TCP and UDP on the same port.
 *
 * @param hostname `undefined` for every address of this machine, of both families where it has them
 * @param port 0 for any that is free
 * @throws {Deno.errors.AddrInUse} and what else the system says
 */
export function listen(hostname: string | undefined, port: number): Listening {
  if (hostname !== undefined) return listenOn(hostname, port);
  // on Windows a socket for IPv6 leaves IPv4 out, which more people use
  if (Deno.build.os === "windows") return listenOn(everyAddress.onlyIpv4, port);
  try {
    return listenOn(everyAddress.both, port);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) throw error;
    return listenOn(everyAddress.onlyIpv4, port); // IPv6 is off
  }
}

function listenOn(hostname: string, port: number): Listening {
  for (let tries = 1;; tries++) {
    const listener = Deno.listen({ hostname, port });
    try {
      const sharedPort = (listener.addr as Deno.NetAddr).port;
      const options = { transport: "udp", hostname, port: sharedPort } as const;
      return { listener, datagrams: Deno.listenDatagram(options) };
    } catch (error) {
      listener.close();
      const mayTryAgain = port === 0 && tries < maxPortTries;
      if (!(error instanceof Deno.errors.AddrInUse && mayTryAgain)) throw error;
    }
  }
}
