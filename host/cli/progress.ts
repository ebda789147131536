import type { LoadProgress } from "../index.ts";

const PATIENCE_MS = 1000;
const REDRAW_MS = 100;
const BAR_WIDTH = 12;
const BLOCK_WIDTH = 3;

/**
 * A line with a moving bar on a terminal's stderr, for work that takes longer than a second;
 * nothing on anything else. How much there is to do is not known: the bar only moves.
 */
export class Progress {
  readonly #label: string;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout | undefined;
  #state = "";
  #isDrawn = false;

  constructor(label: string, isQuiet: boolean) {
    this.#label = label;
    if (isQuiet || !process.stderr.isTTY) return;
    this.#timer = setInterval(() => {
      this.#draw();
    }, REDRAW_MS).unref();
  }

  /** What the line says from now on. */
  show(state: string): void {
    this.#state = state;
  }

  /** The work is over: the line goes. */
  clear(): void {
    clearInterval(this.#timer);
    if (this.#isDrawn) process.stderr.write("\r\u001b[K");
    this.#isDrawn = false;
  }

  #draw(): void {
    const elapsedMs = performance.now() - this.#startedAt;
    if (elapsedMs < PATIENCE_MS) return;
    this.#isDrawn = true;
    const bar = movingBar(Math.floor(elapsedMs / REDRAW_MS));
    const seconds = (elapsedMs / 1000).toFixed(0);
    const line = [`${this.#label} [${bar}] ${seconds} s`, this.#state].filter(
      (part) => part !== "",
    );
    process.stderr.write(`\r\u001b[K${line.join(", ")}`);
  }
}

/** Says on the line how far the weights are. */
export function showLoading(progress: Progress): (loaded: LoadProgress) => void {
  return ({ bytesDone, bytesTotal }) => {
    progress.show(`${(bytesDone / 1e9).toFixed(2)} of ${(bytesTotal / 1e9).toFixed(2)} GB`);
  };
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
