/** Types of what the tests use of noise-c, another implementation of Noise, compiled from C. */

interface CipherState {
  EncryptWithAd(associatedData: Uint8Array, plaintext: Uint8Array): Uint8Array;
  DecryptWithAd(associatedData: Uint8Array, sealed: Uint8Array): Uint8Array;
  free(): void;
}

interface HandshakeState {
  Initialize(prologue: Uint8Array | null, staticPrivateKey: Uint8Array): void;
  GetAction(): number;
  WriteMessage(payload: Uint8Array): Uint8Array;
  ReadMessage(message: Uint8Array, payloadNeeded: true): Uint8Array;
  GetHandshakeHash(): Uint8Array;
  GetRemotePublicKey(): Uint8Array;
  /** The states for sending and for receiving; frees the handshake. */
  Split(): [CipherState, CipherState];
}

export const noise: {
  readonly constants: {
    readonly NOISE_ROLE_INITIATOR: number;
    readonly NOISE_ROLE_RESPONDER: number;
    readonly NOISE_ACTION_SPLIT: number;
  };
  readonly HandshakeState: new (protocolName: string, role: number) => HandshakeState;
};
