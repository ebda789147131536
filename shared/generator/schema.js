// Reads protocol.json, refuses anything ambiguous, and reckons what all languages need of it.
import { readFileSync } from "node:fs";

import { parseExpression } from "./expression.js";

const FIELD_BYTES = { u32: 4, i32: 4, f32: 4, u64: 8 };
const OPERAND_DTYPES = ["act", "real", "weight", "matrix", "f32", "u32", "row_state"];
const ACCESSES = ["read", "write", "read_write"];

export const pascal = (name) =>
  name.replace(/(^|_)([a-z0-9])/g, (_all, _sep, letter) => letter.toUpperCase());
export const camel = (name) => name.replace(/_([a-z0-9])/g, (_all, letter) => letter.toUpperCase());
export const upper = (name) => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase();

function refuse(where, why) {
  throw new Error(`protocol.json: ${where}: ${why}`);
}

function requireDoc(item, where) {
  if (typeof item.doc !== "string" || item.doc.length === 0) refuse(where, "has no doc");
}

function requireUnique(items, key, where) {
  const seen = new Set();
  for (const item of items) {
    if (seen.has(item[key])) refuse(where, `${key} ${item[key]} is used twice`);
    seen.add(item[key]);
  }
}

/** Fields must tile the record: no gap, no overlap, natural alignment, nothing implied. */
function checkRecord(record) {
  requireDoc(record, record.name);
  let next = 0;
  for (const field of record.fields) {
    const where = `${record.name}.${field.name}`;
    requireDoc(field, where);
    const size = FIELD_BYTES[field.type];
    if (!size) refuse(where, `unknown type ${field.type}`);
    if (/(_bytes|_count)$/.test(field.name) && !field.doc && !field.unit)
      refuse(where, "has no unit");
    if (field.at !== next)
      refuse(where, `is at ${field.at}, but the field before it ends at ${next}`);
    if (field.at % size !== 0) refuse(where, "is misaligned");
    next += size * (field.count ?? 1);
  }
  if (next !== record.bytes) refuse(record.name, `fields fill ${next} bytes of ${record.bytes}`);
}

function checkOp(op, opWordsMax) {
  requireDoc(op, op.name);
  requireUnique([...op.operands, ...op.params], "name", op.name);
  const params = new Set(op.params.map((param) => param.name));
  for (const operand of op.operands) {
    const where = `${op.name}.${operand.name}`;
    if (!OPERAND_DTYPES.includes(operand.dtype)) refuse(where, `unknown dtype ${operand.dtype}`);
    if (!ACCESSES.includes(operand.access)) refuse(where, `unknown access ${operand.access}`);
    operand.space ??= "buffer";
    operand.factors = operand.shape.split(",").map((factor) => parseExpression(factor));
    for (const name of operand.factors.flatMap((factor) => factor.names)) {
      if (!params.has(name)) refuse(where, `shape names ${name}, which is no parameter`);
    }
  }
  for (const param of op.params) {
    requireDoc(param, `${op.name}.${param.name}`);
    if (!["u32", "f32"].includes(param.type)) refuse(`${op.name}.${param.name}`, "is no word");
  }
  op.words = 1 + op.operands.length + op.params.length;
  if (op.words > opWordsMax) refuse(op.name, `needs ${op.words} words, at most ${opWordsMax}`);
  op.hasLanes = op.operands.some((operand) => operand.space !== "buffer");
  op.hasCaches = op.operands.some((operand) => operand.space === "kv");
}

/** FNV-1a over names, types, offsets and values; docs do not enter, so a comment breaks nothing. */
function layoutHash(schema) {
  const parts = [
    schema.constants.map((c) => `${c.name}=${c.value}`),
    schema.enums.map((e) => `${e.name}:${e.values.map((v) => `${v.name}=${v.value}`)}`),
    schema.records.map(
      (r) =>
        `${r.name}/${r.bytes}:${r.fields.map((f) => `${f.name}@${f.at}${f.type}x${f.count ?? 1}`)}`,
    ),
    schema.ops.map((op) => {
      const operands = op.operands.map((o) =>
        [o.name, o.dtype, o.shape, o.access, o.space, o.optional, o.may_be].join("~"),
      );
      return `${op.name}=${op.code}:${operands}:${op.params.map((p) => p.name + p.type)}`;
    }),
    schema.control.map(
      (m) => `${m.name}:${[...m.fields, "|", ...m.reply].map((f) => `${f.name}${f.type}`)}`,
    ),
  ];
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(JSON.stringify(parts))) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash;
}

export function loadSchema(path) {
  const schema = JSON.parse(readFileSync(path, "utf8"));
  for (const [items, what] of [
    [schema.constants, "constants"],
    [schema.enums, "enums"],
    [schema.records, "records"],
    [schema.ops, "ops"],
    [schema.control, "control"],
  ]) {
    requireUnique(items, "name", what);
    for (const item of items) requireDoc(item, `${what}.${item.name}`);
  }
  for (const list of schema.enums) {
    requireUnique(list.values, "name", list.name);
    requireUnique(list.values, "value", list.name);
    for (const value of list.values) requireDoc(value, `${list.name}.${value.name}`);
  }
  for (const record of schema.records) checkRecord(record);
  requireUnique(schema.ops, "code", "ops");
  const opWordsMax = schema.constants.find((c) => c.name === "op_words_max").value;
  for (const op of schema.ops) checkOp(op, opWordsMax);
  for (const gone of schema.retired.ops) {
    const again = schema.ops.find((op) => op.code === gone.code || op.name === gone.name);
    if (again) refuse(again.name, `takes the name or code of the retired op ${gone.name}`);
  }
  for (const gone of schema.retired.records) {
    if (schema.records.some((record) => record.name === gone)) refuse(gone, "is retired");
  }
  schema.hash = layoutHash(schema);
  return schema;
}
