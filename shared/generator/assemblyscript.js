// AssemblyScript: constants, load/store accessors, one encoder per op.
import { camel, pascal, upper } from "./schema.js";

const BANNER = "// Generated from shared/protocol.json by `npm run gen`; do not edit.\n";

function enumCode(list) {
  const rows = list.values.map((v) => `  ${pascal(v.name)} = ${v.value},`);
  return `/** ${list.doc} */\nexport const enum ${pascal(list.name)} {\n${rows.join("\n")}\n}\n`;
}

function recordCode(record) {
  const size = upper(record.name);
  const methods = record.fields
    .filter((f) => !f.name.startsWith("reserved"))
    .flatMap((f) => {
      const name = camel(f.name);
      const element = f.type === "u64" ? 8 : 4;
      const at = f.count ? `at + <usize>index * ${element}` : "at";
      const index = f.count ? ", index: u32" : "";
      return [
        `  /** ${f.doc} */
  static ${name}(at: usize${index}): ${f.type} {
    return load<${f.type}>(${at}, ${f.at});
  }`,
        `  static set${pascal(f.name)}(at: usize${index}, value: ${f.type}): void {
    store<${f.type}>(${at}, value, ${f.at});
  }`,
      ];
    });
  return `export const ${size}_BYTES: u32 = ${record.bytes};
/** ${record.doc} */
export class ${record.name} {
  /** Zeroes the record, so that reserved fields are what the reader demands. */
  static clear(at: usize): void {
    memory.fill(at, 0, ${record.bytes});
  }
${methods.join("\n")}
}
`;
}

function encoder(op) {
  const operands = op.operands.map((o) => `  ${camel(o.name)}: u32,`);
  const params = op.params.map((p) => `  ${camel(p.name)}: ${p.type},`);
  const stores = [
    `  store<u32>(at, ${op.code} | (${op.words} << 16));`,
    ...op.operands.map((o, i) => `  store<u32>(at, ${camel(o.name)}, ${4 * (i + 1)});`),
    ...op.params.map(
      (p, i) => `  store<${p.type}>(at, ${camel(p.name)}, ${4 * (1 + op.operands.length + i)});`,
    ),
  ];
  return `/** ${op.doc} Returns the words written. */
export function encode${pascal(op.name)}(
  at: usize,
${[...operands, ...params].join("\n")}
): u32 {
${stores.join("\n")}
  return ${op.words};
}
`;
}

export function assemblyScript(schema) {
  const opCodes = {
    name: "op_code",
    doc: "Ops of a program.",
    values: schema.ops.map((op) => ({ name: op.name, value: op.code })),
  };
  const constants = schema.constants.map(
    (c) => `/** ${c.doc} */\nexport const ${upper(c.name)}: u32 = ${c.value};`,
  );
  return `${BANNER}
export const LAYOUT_HASH: u32 = 0x${schema.hash.toString(16).padStart(8, "0")};
${constants.join("\n")}

${[...schema.enums, opCodes].map(enumCode).join("\n")}
${schema.records.map(recordCode).join("\n")}
${schema.ops.map(encoder).join("\n")}`;
}
