const PATIENCE_MS = 1000;
const REDRAW_MS = 100;

/**
 * One line on a terminal's stderr for work that takes longer than a second; nothing on anything
 * that is not a terminal.
 */
export class Progress {
  readonly #label: string;
  readonly #isQuiet: boolean;
  readonly #startedAt = performance.now();
  #drawnAt = 0;
  #isDrawn = false;

  constructor(label: string, isQuiet: boolean) {
    this.#label = label;
    this.#isQuiet = isQuiet || !process.stderr.isTTY;
  }

  show(state: string): void {
    const now = performance.now();
    if (this.#isQuiet || now - this.#startedAt < PATIENCE_MS) return;
    if (now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    this.#isDrawn = true;
    process.stderr.write(`\r\u001b[K${this.#label}: ${state}`);
  }

  clear(): void {
    if (this.#isDrawn) process.stderr.write("\r\u001b[K");
    this.#isDrawn = false;
  }
}
