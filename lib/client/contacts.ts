import { isSameBytes } from "../same_bytes.ts";
import { nameKeyOf } from "./name_key.ts";
import type { ClientStore } from "./store.ts";

/** A member whose key has been seen. */
export interface Contact {
  /** As the server wrote it at first sight. */
  readonly name: string;
  /** The pinned Ed25519 public key: nothing by another one is taken for this member's. */
  readonly signingKey: Uint8Array;
  /** Whether the two of them have compared their verification codes. */
  readonly isVerified: boolean;
  /** Another key that the server, or a message, shows under this name, until somebody decides on it. */
  readonly changedKey?: Uint8Array | undefined;
}

/** What seeing a key under a name has shown. */
export type Sight = "first" | "same" | "changed" | "stillChanged";

const prefix = "contact/";
const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder() };

/**
 * Whom this client knows, and by which key: trust on first use.
 *
 * ```
 *           first sight            codes compared
 * unknown ──────────────▶ pinned ────────────────▶ verified
 *                          ▲  │ another key          │ another key
 *                    trust │  ▼                      │
 *                         changed ◀──────────────────┘
 * ```
 *
 * A changed contact goes back to what it was when the pinned key is seen again.
 */
export class Contacts {
  readonly #store: ClientStore;
  readonly #onChanged: (name: string) => void;
  /** By name as the server writes it, for the way of every message. */
  readonly #cache = new Map<string, Contact>();

  /** @param onChanged told of each key that isn't the one pinned, when it is first seen */
  constructor(store: ClientStore, onChanged: (name: string) => void = () => {}) {
    this.#store = store;
    this.#onChanged = onChanged;
  }

  /** The contact of this name, however it is capitalised. */
  get(name: string): Contact | undefined {
    const cached = this.#cache.get(name);
    if (cached) return cached;
    const key = recordKeyOf(name);
    const stored = key === undefined ? undefined : this.#store.get(key);
    if (!stored) return undefined;
    const contact = decode(stored.value);
    this.#cache.set(name, contact);
    return contact;
  }

  /** Takes note that this key stands under this name; pins the first. */
  see(name: string, signingKey: Uint8Array): Sight {
    const contact = this.get(name);
    if (!contact) {
      this.#put({ name, signingKey: signingKey.slice(), isVerified: false });
      return "first";
    }
    if (isSameBytes(signingKey, contact.signingKey)) {
      if (contact.changedKey) this.#put({ ...contact, changedKey: undefined });
      return "same";
    }
    if (contact.changedKey && isSameBytes(signingKey, contact.changedKey)) return "stillChanged";
    this.#put({ ...contact, changedKey: signingKey.slice() });
    this.#onChanged(name);
    return "changed";
  }

  /** Takes the changed key for the member's from now on; `false` where none has changed. */
  trust(name: string): boolean {
    const contact = this.get(name);
    if (!contact?.changedKey) return false;
    this.#put({ name: contact.name, signingKey: contact.changedKey, isVerified: false });
    return true;
  }

  /** Remembers that the code for this key has been compared. */
  verify(name: string, signingKey: Uint8Array): void {
    this.#put({ name: this.get(name)?.name ?? name, signingKey, isVerified: true });
  }

  #put(contact: Contact): void {
    const key = recordKeyOf(contact.name);
    if (key === undefined) return; // no server of ours lets in somebody whose name is none
    const value = encode(contact);
    for (let isWritten = false; !isWritten;) {
      const version = this.#store.get(key)?.version ?? 0;
      isWritten = this.#store.commit([{ key, value, version }]);
    }
    this.#cache.clear();
  }
}

function recordKeyOf(name: string): string | undefined {
  const nameKey = nameKeyOf(name);
  return nameKey === undefined ? undefined : prefix + nameKey;
}

function encode({ name, signingKey, isVerified, changedKey }: Contact): Uint8Array {
  return utf8.encoder.encode(JSON.stringify({
    name,
    signingKey: signingKey.toBase64(),
    isVerified,
    changedKey: changedKey?.toBase64(),
  }));
}

function decode(value: Uint8Array): Contact {
  const { name, signingKey, isVerified, changedKey } = JSON.parse(utf8.decoder.decode(value));
  return {
    name,
    signingKey: Uint8Array.fromBase64(signingKey),
    isVerified,
    changedKey: changedKey === undefined ? undefined : Uint8Array.fromBase64(changedKey),
  };
}
