/**
 * One listener, called on a later tick than the event; an event that finds none is kept for the
 * next one. Events that came together are told once, with the last value.
 */
export class KeptEvent<Value> {
  #listener: ((value: Value) => void) | undefined;
  #kept: { readonly value: Value } | undefined;
  #isScheduled = false;
  #isOver = false;

  get listener(): ((value: Value) => void) | undefined {
    return this.#listener;
  }

  set listener(listener: ((value: Value) => void) | undefined) {
    this.#listener = listener;
    this.#schedule();
  }

  fire(value: Value): void {
    this.#kept = { value };
    this.#schedule();
  }

  /** No listener is called from now on. */
  end(): void {
    this.#isOver = true;
  }

  #schedule(): void {
    if (!this.#listener || !this.#kept || this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#isOver || !this.#listener || !this.#kept) return;
      const { value } = this.#kept;
      this.#kept = undefined;
      this.#listener(value);
    });
  }
}
