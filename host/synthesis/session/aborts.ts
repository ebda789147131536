/** Who wants to hear of a signal, which has one listener for all of them. */
interface Listeners {
  readonly all: Set<(reason: unknown) => void>;
  readonly abort: () => void;
}

const listening = new WeakMap<AbortSignal, Listeners>();

/**
 * Calls `listener` with the signal's reason once it is aborted; returns what takes that back.
 *
 * Requests often share a signal, and Node warns of a signal with more than ten listeners.
 */
export function onAbort(
  signal: AbortSignal | undefined,
  listener: (reason: unknown) => void,
): () => void {
  if (signal === undefined) return () => undefined;
  const { all, abort } = listening.get(signal) ?? listenTo(signal);
  all.add(listener);
  return () => {
    all.delete(listener);
    if (all.size > 0) return;
    signal.removeEventListener("abort", abort);
    if (listening.get(signal)?.all === all) listening.delete(signal);
  };
}

function listenTo(signal: AbortSignal): Listeners {
  const all: Listeners["all"] = new Set();
  const abort = (): void => {
    for (const listener of all) listener(signal.reason);
  };
  signal.addEventListener("abort", abort, { once: true });
  listening.set(signal, { all, abort });
  return { all, abort };
}
