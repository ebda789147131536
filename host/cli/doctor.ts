import type { Command } from "commander";
import { ExitCode } from "./exit.ts";

interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly says: string;
}

const NODE_MAJOR_MIN = 20;

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("look whether everything is there that speaking needs")
    .option("--json", "print one JSON array")
    .action(async ({ json }: { readonly json?: boolean }) => {
      const findings = await examine();
      if (json === true) console.log(JSON.stringify(findings));
      else for (const { name, ok, says } of findings) console.log(lineOf(name, ok, says));
      if (findings.some(({ ok }) => !ok)) process.exitCode = ExitCode.Failed;
    });
}

function lineOf(name: string, ok: boolean, says: string): string {
  return `${ok ? "ok  " : "BAD "} ${name.padEnd(10)} ${says}`;
}

async function examine(): Promise<Finding[]> {
  const { examineEngine } = await import("../synthesis/examine.ts");
  const { node } = process.versions;
  const isNodeFit = Number(node.split(".")[0]) >= NODE_MAJOR_MIN;
  return [
    {
      name: "system",
      ok: process.platform === "linux",
      says: `${process.platform} ${process.arch}`,
    },
    { name: "node", ok: isNodeFit, says: `${node}, at least ${NODE_MAJOR_MIN}.19 is needed` },
    ...(await examineEngine()),
  ];
}
