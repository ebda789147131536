import { spawn } from "node:child_process";
import { VoxfuseError } from "../errors/voxfuse-error.ts";

/** Programs that play a WAV file, and what they are given before its path. */
const PLAYERS: readonly (readonly [program: string, ...args: string[]])[] = [
  ["paplay"],
  ["aplay", "-q"],
  ["ffplay", "-autoexit", "-nodisp", "-loglevel", "error"],
];

/**
 * Plays a file with the first player that this machine has and that works.
 *
 * @throws {VoxfuseError} ERR_NO_PLAYER; the signal's reason when aborted.
 */
export async function play(path: string, signal: AbortSignal): Promise<void> {
  for (const [program, ...args] of PLAYERS) {
    const hasPlayed = await runPlayer(program, [...args, path], signal);
    signal.throwIfAborted();
    if (hasPlayed) return;
  }
  throw new VoxfuseError(
    "ERR_NO_PLAYER",
    `${path} was written, but none of ${PLAYERS.map(([name]) => name).join(", ")} plays it here. ` +
      "Install pulseaudio-utils, alsa-utils or ffmpeg, or leave --play out.",
  );
}

function runPlayer(program: string, args: string[], signal: AbortSignal): Promise<boolean> {
  return new Promise((done) => {
    const child = spawn(program, args, { stdio: "ignore", signal });
    child.once("error", () => {
      done(false);
    });
    child.once("exit", (code) => {
      done(code === 0);
    });
  });
}
