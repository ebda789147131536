import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const BINARIES = join("build", "native", "bin");

/** The path of a program that the native build made; tests run from the project's root. */
export function nativeProgram(name: string): string {
  return join(process.cwd(), BINARIES, name);
}

/** What a native test program prints; rejects, with its stderr, unless it exits with 0. */
export async function runNative(name: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(nativeProgram(name), args, {
    encoding: "utf8",
    timeout: 60_000,
  });
  return stdout;
}
