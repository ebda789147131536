import type { LoadProgress } from "../index.ts";

const PATIENCE_MS = 1000;
const REDRAW_MS = 100;
const BAR_WIDTH = 12;
const BLOCK_WIDTH = 3;

export interface ProgressOptions {
  /** Whether a terminal gets no bar either. */
  readonly isQuiet: boolean;
  /** Between two lines on what is no terminal; none are written without it. [ms] */
  readonly lineMs?: number;
  readonly out?: Pick<NodeJS.WriteStream, "isTTY" | "write">;
}

/**
 * A line with a moving bar on a terminal's stderr, for work that takes longer than a second; on
 * anything else plain lines, or nothing. Where it is not known how much there is to do, the bar
 * only moves.
 */
export class Progress {
  readonly #label: string;
  readonly #out: Pick<NodeJS.WriteStream, "isTTY" | "write">;
  readonly #startedAt = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #state = "";
  #share: number | undefined;
  #isDrawn = false;

  constructor(label: string, { isQuiet, lineMs, out = process.stderr }: ProgressOptions) {
    this.#label = label;
    this.#out = out;
    if (!out.isTTY && lineMs !== undefined) {
      this.#every(lineMs, () => out.write(`${this.#text()}\n`));
    } else if (out.isTTY && !isQuiet) {
      this.#every(REDRAW_MS, () => {
        this.#draw();
      });
    }
  }

  /** What the line says from now on, and how much of the work is done, from 0 to 1. */
  show(state: string, share?: number): void {
    this.#state = state;
    this.#share = share;
  }

  /** The work is over: the line goes. */
  clear(): void {
    clearInterval(this.#timer);
    if (this.#isDrawn) this.#out.write("\r\u001b[K");
    this.#isDrawn = false;
  }

  #every(intervalMs: number, act: () => void): void {
    this.#timer = setInterval(act, intervalMs).unref();
  }

  #draw(): void {
    const elapsedMs = performance.now() - this.#startedAt;
    if (elapsedMs < PATIENCE_MS) return;
    this.#isDrawn = true;
    const tick = Math.floor(elapsedMs / REDRAW_MS);
    const bar = this.#share === undefined ? movingBar(tick) : filledBar(this.#share);
    this.#out.write(`\r\u001b[K${this.#text(` [${bar}]`)}`);
  }

  #text(bar = ""): string {
    const seconds = ((performance.now() - this.#startedAt) / 1000).toFixed(0);
    const time = `${this.#label}${bar} ${seconds} s`;
    return this.#state === "" ? time : `${time}, ${this.#state}`;
  }
}

/** Says on the line how far the weights are. */
export function showLoading(progress: Progress): (loaded: LoadProgress) => void {
  return ({ bytesDone, bytesTotal }) => {
    progress.show(`${(bytesDone / 1e9).toFixed(2)} of ${(bytesTotal / 1e9).toFixed(2)} GB`);
  };
}

/** A bar of which a share from 0 to 1 is full. */
export function filledBar(share: number): string {
  return "#".repeat(Math.floor(share * BAR_WIDTH)).padEnd(BAR_WIDTH);
}

/** A block that goes to the end of the bar and back. */
export function movingBar(tick: number): string {
  const last = BAR_WIDTH - BLOCK_WIDTH;
  const phase = tick % (2 * last);
  const place = phase <= last ? phase : 2 * last - phase;
  return "#"
    .repeat(BLOCK_WIDTH)
    .padStart(place + BLOCK_WIDTH)
    .padEnd(BAR_WIDTH);
}
