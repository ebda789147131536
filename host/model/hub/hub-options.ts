import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { quote } from "../../errors/quote.ts";
import { VoxfuseError } from "../../errors/voxfuse-error.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the hub and its cache are. What is left out is as the hub's own tools have it. */
export interface HubPlace {
  /** Default: HF_HUB_CACHE, else `hub` under HF_HOME, else ~/.cache/huggingface/hub. */
  readonly cache?: string | undefined;
  /** Default: HF_ENDPOINT, else https://huggingface.co. */
  readonly endpoint?: string | undefined;
  /** For models that are not public. Default: HF_TOKEN, else the file of `hf auth login`. */
  readonly token?: string | undefined;
  /** True: nothing is downloaded. Default: HF_HUB_OFFLINE. */
  readonly offline?: boolean | undefined;
}

export interface ResolvedPlace {
  readonly cache: string;
  readonly endpoint: string;
  readonly token: string | undefined;
  readonly isOffline: boolean;
}

const ENDPOINT = "https://huggingface.co";

/** @throws {VoxfuseError} ERR_INVALID_ARGUMENT */
export function resolvePlace(place: HubPlace, env: Environment = process.env): ResolvedPlace {
  return {
    cache: cacheOf(place, env),
    endpoint: endpointOf(place.endpoint ?? env["HF_ENDPOINT"]),
    token: tokenOf(place.token, env),
    isOffline: place.offline ?? isOn(env["HF_HUB_OFFLINE"]),
  };
}

/** The cache that was named, or the hub's own choice. */
export function cacheOf(
  { cache }: Pick<HubPlace, "cache">,
  env: Environment = process.env,
): string {
  return cache === undefined ? hubCache(env) : resolve(cache);
}

/** The folder of the Hugging Face cache that holds models, by its own rules of precedence. */
export function hubCache(env: Environment = process.env): string {
  const explicit = env["HF_HUB_CACHE"] ?? env["HUGGINGFACE_HUB_CACHE"];
  if (explicit !== undefined && explicit !== "") return resolve(explicit);
  return join(hubHome(env), "hub");
}

function hubHome(env: Environment): string {
  const cacheHome = env["XDG_CACHE_HOME"] ?? join(env["HOME"] ?? homedir(), ".cache");
  return resolve(env["HF_HOME"] ?? join(cacheHome, "huggingface"));
}

function endpointOf(given: string | undefined): string {
  const endpoint = given === undefined || given === "" ? ENDPOINT : given;
  if (URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol)) {
    return endpoint.replace(/\/+$/, "");
  }
  throw new VoxfuseError(
    "ERR_INVALID_ARGUMENT",
    `The hub's endpoint is ${quote(endpoint)}; it must be a URL with http or https, such as ` +
      `${ENDPOINT}. HF_ENDPOINT in the environment sets it too.`,
  );
}

function tokenOf(given: string | undefined, env: Environment): string | undefined {
  const token = (given ?? env["HF_TOKEN"] ?? tokenFile(env))?.trim();
  if (token === undefined || token === "") return undefined;
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new VoxfuseError(
    "ERR_INVALID_ARGUMENT",
    "The hub's token has a character that no token has. Copy it again from the hub's settings.",
  );
}

function tokenFile(env: Environment): string | undefined {
  try {
    return readFileSync(env["HF_TOKEN_PATH"] ?? join(hubHome(env), "token"), "utf8");
  } catch {
    return undefined; // public models need none
  }
}

function isOn(value: string | undefined): boolean {
  return /^(1|on|yes|true)$/i.test(value ?? "");
}
