import { VoxfuseError } from "../../errors/voxfuse-error.ts";

/** Runs `work`, which writes to `path`; its failure is ERR_CACHE_NOT_WRITABLE. */
export async function writing<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VoxfuseError(
      "ERR_CACHE_NOT_WRITABLE",
      `${path} cannot be written (${reason}). Make room, or name another cache by HF_HUB_CACHE.`,
      { cause },
    );
  }
}
