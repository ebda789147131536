import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const STDERR_TAIL_BYTES = 4096;

/** What a connection needs to know of the process at the other end. */
export interface Peer {
  /** How it ended, as a sentence; waits a moment for the facts. Its connection has ended. */
  obituary(): Promise<string>;
  /** Returns when it is gone: by itself within the grace, or killed. Nothing for a daemon. */
  dismiss(graceMs: number): Promise<void>;
}

/** A sidecar process of our own. It does not keep this process alive; its connection does. */
export class SidecarChild implements Peer {
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;
  #fault: Error | undefined;
  #stderr = "";
  #wasPutDown = false;

  /** Starts `binary` with `control` as its descriptor 3. */
  constructor(binary: string, control: number, environment: NodeJS.ProcessEnv) {
    this.#process = spawn(binary, ["--socket-fd", "3"], {
      stdio: ["ignore", "ignore", "pipe", control],
      env: environment,
    });
    this.#ended = new Promise((resolve) => {
      this.#process.once("error", (error) => {
        this.#fault = error;
        resolve();
      });
      // After `exit` and the end of stderr.
      this.#process.once("close", () => {
        resolve();
      });
    });
    this.#process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL_BYTES);
    });
    this.#hold(false);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  async obituary(): Promise<string> {
    // It closed its socket, so it is dying or broken: it gets a moment, then it is made to.
    await this.dismiss(300);
    const lastWords = this.#stderr.trim();
    const said = lastWords === "" ? "It said nothing on stderr." : `It said last:\n${lastWords}`;
    return `The sidecar (pid ${this.pid ?? "none"}) ${this.#manner()}. ${said}`;
  }

  async dismiss(graceMs: number): Promise<void> {
    this.#hold(true);
    const patience = new AbortController();
    const isTimeOver = await Promise.race([
      this.#ended.then(() => false),
      delay(graceMs, true, { signal: patience.signal }).catch(() => true),
    ]);
    patience.abort();
    if (!isTimeOver) return;
    this.#wasPutDown = true;
    this.#process.kill("SIGKILL");
    // A grandchild could hold stderr open: our child is reaped by then, so waiting is bounded.
    await Promise.race([this.#ended, this.#exited().then(() => delay(100))]);
    this.#process.stderr?.destroy();
  }

  #exited(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#process.once("exit", () => {
        resolve();
      });
    });
  }

  #manner(): string {
    if (this.#fault) return `could not be started: ${this.#fault.message}`;
    const { exitCode, signalCode } = this.#process;
    if (this.#wasPutDown) return "broke off the connection without ending, and was killed";
    if (signalCode !== null) return `was ended by ${signalCode}`;
    return exitCode === null ? "closed its connection" : `exited with code ${exitCode}`;
  }

  #hold(active: boolean): void {
    if (active) this.#process.ref();
    else this.#process.unref();
    // A child's pipe is a net.Socket, though its type says Readable. It is never waited for alone.
    if (this.#process.stderr instanceof Socket) this.#process.stderr.unref();
  }
}
