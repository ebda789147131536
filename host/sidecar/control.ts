import type { Socket } from "node:net";
import { Packr } from "msgpackr";
import type { VoxfuseError } from "../errors/voxfuse-error.ts";
import { DOORBELL, FrameReader, lengthPrefix } from "./frames.ts";
import { layoutMismatch } from "./addon.ts";
import { errorFromReply } from "./wire-errors.ts";

// Plain maps with the shortest headers: what the sidecar's reader knows. 64-bit counts come back as
// numbers, exact up to 2^53.
const packr = new Packr({ useRecords: false, variableMapSize: true, int64AsType: "number" });

/** A control message as both sides see it. */
export type Message = Readonly<Record<string, unknown>>;

/** The hello is sent before there is a channel, so its id is agreed upon. */
export const HELLO_ID = 0;

interface Pending {
  readonly type: string;
  resolve(reply: Message): void;
  reject(error: unknown): void;
}

export interface ControlEvents {
  /** One or more doorbells came. */
  onDoorbell(): void;
  /** The stream is over; `fault` says what was wrong with it, undefined for a plain end. */
  onEnd(fault: Error | undefined): void;
  /** Whether a reply is awaited. */
  onBusy(isBusy: boolean): void;
}

/** A whole frame in one piece. */
export function frameOf(message: Message): Buffer {
  const body = packr.pack(message);
  return Buffer.concat([lengthPrefix(body), body]);
}

/** Requests, their replies and doorbells over one stream. Replies are matched by id. */
export class ControlChannel {
  readonly #socket: Socket;
  readonly #events: ControlEvents;
  readonly #reader = new FrameReader();
  readonly #pending = new Map<number, Pending>();
  #nextId = HELLO_ID + 1;
  #fault: Error | undefined;

  constructor(socket: Socket, events: ControlEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.on("data", (piece: Buffer) => {
      this.#receive(piece);
    });
    socket.on("error", (error) => {
      this.#fault ??= error;
    });
    socket.on("end", () => {
      if (this.#reader.isTorn) this.#fault ??= new Error("its last message is cut short");
      socket.destroy();
    });
    socket.on("close", () => {
      this.#events.onEnd(this.#fault);
    });
  }

  /** Sends a request; rejects with a VoxfuseError when the answer is no. */
  request(message: Message & { readonly type: string }): Promise<Message> {
    const id = this.#nextId++;
    const body = packr.pack({ ...message, id });
    const prefix = lengthPrefix(body);
    const reply = this.awaitReply(id, message.type);
    this.#socket.cork();
    this.#socket.write(prefix);
    this.#socket.write(body);
    this.#socket.uncork();
    return reply;
  }

  /** The reply to a request that was sent by other means. */
  awaitReply(id: number, type: string): Promise<Message> {
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { type, resolve, reject });
      this.#events.onBusy(true);
    });
  }

  ring(): void {
    this.#socket.write(DOORBELL);
  }

  /** Fails every request that still waits. */
  rejectAll(error: unknown): void {
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    this.#events.onBusy(false);
    for (const pending of waiting) pending.reject(error);
  }

  #receive(piece: Buffer): void {
    let hasDoorbell = false;
    try {
      for (const body of this.#reader.push(piece)) {
        if (body.length === 0) hasDoorbell = true;
        else this.#settle(packr.unpack(body));
      }
    } catch (error) {
      this.#fault ??= error instanceof Error ? error : new Error("its bytes are not msgpack");
      this.#socket.destroy();
      return;
    }
    if (hasDoorbell) this.#events.onDoorbell();
  }

  #settle(message: unknown): void {
    if (!isMessage(message)) throw new Error("its message is not a map");
    const { id, ok } = message;
    if (typeof id !== "number" || typeof ok !== "boolean") {
      throw new Error("its message is not a reply");
    }
    const pending = this.#pending.get(id);
    if (!pending) throw new Error(`its reply ${id} answers no request`);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#events.onBusy(false);
    if (ok) pending.resolve(message);
    else pending.reject(refusal(pending.type, message));
  }
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refusal(type: string, reply: Message): VoxfuseError {
  const { code, message, layout_hash: hash } = reply;
  if (code === "layout_mismatch") {
    return layoutMismatch("The sidecar", typeof hash === "number" ? hash : undefined);
  }
  return errorFromReply(
    type,
    typeof code === "string" ? code : "no code",
    typeof message === "string" ? message : "",
  );
}
