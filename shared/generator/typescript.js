// TypeScript: constants, record readers and writers over DataView, op tables, control messages.
import { camel, pascal, upper } from "./schema.js";

const BANNER = "// Generated from shared/protocol.json by `npm run gen`; do not edit.\n";
const SIZE = { u32: 4, i32: 4, f32: 4, u64: 8 };
const VIEW = { u32: "Uint32", i32: "Int32", f32: "Float32", u64: "BigUint64" };
const TYPE = { u32: "number", i32: "number", f32: "number", u64: "bigint" };
const CONTROL_TYPE = {
  u32: "number",
  u64: "number",
  string: "string",
  "string[]": "string[]",
  bytes: "Uint8Array",
  "tensor[]": `[${[
    "name: string",
    "dtype: string",
    "shape: number[]",
    "file: number",
    "offset: number",
    "bytes: number",
  ].join(", ")}][]`,
};

function constObject(list) {
  const name = pascal(list.name);
  const rows = list.values.map((v) => `  /** ${v.doc} */\n  ${pascal(v.name)}: ${v.value},`);
  return `/** ${list.doc} */
export const ${name} = {
${rows.join("\n")}
} as const;
export type ${name} = (typeof ${name})[keyof typeof ${name}];
`;
}

const isReserved = (field) => field.name.startsWith("reserved");

function recordCode(record) {
  const fields = record.fields.filter((f) => !isReserved(f));
  const type = (f) => (f.count ? `${TYPE[f.type]}[]` : TYPE[f.type]);
  const members = fields.map(
    (f) => `  /** ${f.doc}${f.unit ? ` [${f.unit}]` : ""} */\n  ${camel(f.name)}: ${type(f)};`,
  );
  const get = (f, at) => `view.get${VIEW[f.type]}(${at}, true)`;
  const place = (f) => (f.count ? `at + ${f.at} + ${SIZE[f.type]} * i` : `at + ${f.at}`);
  const read = (f) =>
    f.count
      ? `Array.from({ length: ${f.count} }, (_, i) => ${get(f, place(f))})`
      : get(f, place(f));
  const reads = fields.map((f) => `    ${camel(f.name)}: ${read(f)},`);
  const write = (f, value) => `view.set${VIEW[f.type]}(${place(f)}, ${value}, true);`;
  const writes = fields.map((f) => {
    const value = `value.${camel(f.name)}`;
    return f.count
      ? `  ${value}.forEach((item, i) => {\n    ${write(f, "item")}\n  });`
      : `  ${write(f, value)}`;
  });
  const offsets = fields.map((f) => `  ${camel(f.name)}: ${f.at},`);
  const size = `${upper(record.name)}_BYTES`;
  return `/** ${record.doc} */
export interface ${record.name} {
${members.join("\n")}
}
export const ${size} = ${record.bytes};
/** Byte offsets of ${record.name}'s fields. */
export const ${upper(record.name)}_AT = {
${offsets.join("\n")}
} as const;
export function read${record.name}(view: DataView, at: number): ${record.name} {
  return {
${reads.join("\n")}
  };
}
/** Writes the named fields; reserved ones become zero. */
export function write${record.name}(view: DataView, at: number, value: ${record.name}): void {
  new Uint8Array(view.buffer, view.byteOffset + at, ${size}).fill(0);
${writes.join("\n")}
}
`;
}

function controlCode(message) {
  const body = (fields) =>
    fields.map((f) => `  /** ${f.doc} */\n  ${f.name}: ${CONTROL_TYPE[f.type]};`).join("\n");
  return `/** ${message.doc} */
export interface ${pascal(message.name)}Request {
  type: "${message.name}";
${body(message.fields)}
}
export interface ${pascal(message.name)}Reply {
${body(message.reply)}
}
`;
}

export function typeScript(schema) {
  const opCodes = {
    name: "op_code",
    doc: "Ops of a program.",
    values: schema.ops.map((op) => ({ name: op.name, value: op.code, doc: op.doc })),
  };
  const infos = schema.ops.map((op) => {
    const operands = op.operands.map(
      (o) => `{ name: "${o.name}", access: "${o.access}", shape: "${o.shape}" }`,
    );
    const params = op.params.map((p) => `{ name: "${p.name}", type: "${p.type}" }`);
    const lists = `operands: [${operands.join(", ")}], params: [${params.join(", ")}]`;
    return `  [${op.code}, { name: "${op.name}", ${lists} }],`;
  });
  const constants = schema.constants.map(
    (c) => `/** ${c.doc} */\nexport const ${upper(c.name)} = ${c.value};`,
  );
  return `${BANNER}
export const LAYOUT_HASH = 0x${schema.hash.toString(16).padStart(8, "0")};
${constants.join("\n")}

${[...schema.enums, opCodes].map(constObject).join("\n")}
/** Name of each error value. */
export const ERROR_NAMES: readonly string[] = [${schema.enums
    .find((list) => list.name === "error_code")
    .values.map((v) => `"${v.name}"`)
    .join(", ")}];

export interface OpInfo {
  readonly name: string;
  readonly operands: readonly { name: string; access: string; shape: string }[];
  readonly params: readonly { name: string; type: string }[];
}
/** By op code: an op's words are its code and word count, operand handles, parameters. */
export const OPS: ReadonlyMap<number, OpInfo> = new Map<number, OpInfo>([
${infos.join("\n")}
]);

${schema.records.map(recordCode).join("\n")}
${schema.control.map(controlCode).join("\n")}`;
}
