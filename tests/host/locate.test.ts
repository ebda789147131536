import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";

import { hubCache } from "../../host/model/hub/hub-options.ts";
import { locateModel, packageRoot } from "../../host/model/locate.ts";
import { golden, temporaryFolder, throwsCode, VOICE } from "../support/golden.ts";

test("without a name it is the embedded voice, which can also be named", (t) => {
  t.is(locateModel(), VOICE);
  t.is(locateModel("aviary"), VOICE);
  t.true(existsSync(join(packageRoot(), "voices")));
});

test("a folder is taken as it is, absolute", (t) => {
  t.is(locateModel(golden("tiny-base")), golden("tiny-base"));
});

test("a hub name is found in the cache by its branch or its commit", (t) => {
  const home = temporaryFolder(t);
  const repository = join(home, "hub", "models--some--voice");
  const snapshot = join(repository, "snapshots", "abc123");
  mkdirSync(snapshot, { recursive: true });
  mkdirSync(join(repository, "refs"));
  writeFileSync(join(repository, "refs", "main"), "abc123");
  writeFileSync(join(snapshot, "config.json"), "{}");
  const env = { HF_HOME: home };
  t.is(locateModel("some/voice", env), snapshot);
  t.is(locateModel("some/voice@abc123", env), snapshot);
});

test("the cache folder follows the hub's own environment variables", (t) => {
  t.is(hubCache({ HF_HUB_CACHE: "/a", HF_HOME: "/b" }), "/a");
  t.is(hubCache({ HF_HOME: "/b", XDG_CACHE_HOME: "/c" }), "/b/hub");
  t.is(hubCache({ XDG_CACHE_HOME: "/c", HOME: "/d" }), "/c/huggingface/hub");
  t.is(hubCache({ HOME: "/d" }), "/d/.cache/huggingface/hub");
});

test("a ref that leads out of the repository is not followed", async (t) => {
  const home = temporaryFolder(t);
  const repository = join(home, "hub", "models--some--voice");
  mkdirSync(join(repository, "refs"), { recursive: true });
  writeFileSync(join(repository, "refs", "main"), "../../../other");
  await throwsCode(t, () => locateModel("some/voice", { HF_HOME: home }), "ERR_MODEL_NOT_FOUND");
});

test("a model that is nowhere is refused with the places that were tried", async (t) => {
  const home = temporaryFolder(t);
  const find = (): unknown => locateModel("some/voice", { HF_HOME: home });
  await throwsCode(t, find, "ERR_MODEL_NOT_FOUND", /models--some--voice.*Give a checkpoint/);
  await throwsCode(t, () => locateModel(""), "ERR_MODEL_NOT_FOUND");
});

test("a folder that is no checkpoint is refused as that", async (t) => {
  const folder = temporaryFolder(t);
  await throwsCode(t, () => locateModel(folder), "ERR_MODEL_NOT_FOUND", /without config\.json/);
});
