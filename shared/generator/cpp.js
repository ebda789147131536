// C++: records and constants (shared/gen), binder and op list (cuda-sidecar/gen), op table.
import { toSaturatingCpp } from "./expression.js";
import { pascal } from "./schema.js";

const BANNER = "// Generated from shared/protocol.json by `npm run gen`; do not edit.\n";
const CPP_TYPE = { u32: "std::uint32_t", i32: "std::int32_t", f32: "float", u64: "std::uint64_t" };
const hex = (value) => `0x${value.toString(16).padStart(8, "0")}u`;

function enumClass(list) {
  const rows = list.values.map((v) => `  k${pascal(v.name)} = ${v.value},  ///< ${v.doc}`);
  return `/// ${list.doc}
enum class ${pascal(list.name)} : std::uint32_t {
${rows.join("\n")}
};
`;
}

function recordStruct(record) {
  const fields = record.fields.map((f) => {
    const unit = f.unit ? ` [${f.unit}]` : "";
    return `  ${CPP_TYPE[f.type]} ${f.name}${f.count ? `[${f.count}]` : ""};  ///< ${f.doc}${unit}`;
  });
  const asserts = record.fields.map(
    (f) => `static_assert(offsetof(${record.name}, ${f.name}) == ${f.at});`,
  );
  return [
    `/// ${record.doc}`,
    `struct ${record.name} {\n${fields.join("\n")}\n};`,
    `static_assert(sizeof(${record.name}) == ${record.bytes});`,
    ...asserts,
    "",
  ].join("\n");
}

export function protocolHeader(schema) {
  const constants = schema.constants.map(
    (c) => `inline constexpr std::uint32_t k${pascal(c.name)} = ${c.value}u;  ///< ${c.doc}`,
  );
  const errors = schema.enums.find((list) => list.name === "error_code");
  const names = errors.values.map(
    (v) => `    case ErrorCode::k${pascal(v.name)}:\n      return "${v.name}";`,
  );
  const opCodes = {
    name: "op_code",
    doc: "Ops of a program.",
    values: schema.ops.map((op) => ({ name: op.name, value: op.code, doc: op.doc })),
  };
  const control = schema.control.map(
    (m) => `inline constexpr const char* k${pascal(m.name)} = "${m.name}";  ///< ${m.doc}`,
  );
  return `${BANNER}#pragma once

#include <cstddef>
#include <cstdint>

// clang-format off
namespace voxfuse {

inline constexpr std::uint32_t kLayoutHash = ${hex(schema.hash)};
${constants.join("\n")}

${[...schema.enums, opCodes].map(enumClass).join("\n")}
/// Stable name of an error, as the library shows it.
constexpr const char* error_name(ErrorCode error) {
  switch (error) {
${names.join("\n")}
  }
  return "unknown";
}

namespace control {
${control.join("\n")}
}  // namespace control

${schema.records.map(recordStruct).join("\n")}
}  // namespace voxfuse
// clang-format on
`;
}

/** The accessor of a Binding that yields an operand as its kernel's Args want it. */
function accessor(operand) {
  const readOnly = operand.access === "read";
  if (operand.space === "row") {
    const kind = { act: "tensor", f32: "f32", u32: "u32", row_state: "state" }[operand.dtype];
    return `row_${kind}${readOnly ? "_in" : ""}`;
  }
  const tensors = { act: "tensor", real: "tensor", weight: "tensor", matrix: "tensor" };
  const kind = { ...tensors, f32: "f32", u32: "u32" }[operand.dtype];
  return `${kind}${readOnly ? "_in" : ""}`;
}

function bindFunction(op) {
  const lines = op.operands.map((o, i) => `  a.${o.name} = from.${accessor(o)}(words[${i + 1}]);`);
  if (op.hasCaches) lines.push("  a.lane_rows = from.lane_rows();");
  const base = 1 + op.operands.length;
  op.params.forEach((p, i) => {
    const word = `words[${base + i}]`;
    lines.push(`  a.${p.name} = ${p.type === "f32" ? `std::bit_cast<float>(${word})` : word};`);
  });
  return `template <class Binding>
void bind(const Binding& from, const std::uint32_t* words, ${op.name}::Args& a) {
${lines.join("\n")}
}
`;
}

const ACCESS = { read: "kRead", write: "kWrite", read_write: "kReadWrite" };
const SPACE = { buffer: "kBuffer", row: "kRow", kv: "kCache" };
const CLASS = {
  act: "kAct",
  real: "kReal",
  weight: "kWeight",
  matrix: "kMatrix",
  f32: "kF32",
  u32: "kU32",
  row_state: "kRowState",
};

function opInfo(op) {
  const base = 1 + op.operands.length;
  const word = (name) => `w[${base + op.params.findIndex((p) => p.name === name)}]`;
  const operands = op.operands.map((o) => {
    const alias = o.may_be ? op.operands.findIndex((other) => other.name === o.may_be) : -1;
    const size = o.factors
      .map((factor) => toSaturatingCpp(factor.tree, word))
      .reduce((left, right) => `times(${left}, ${right})`);
    const kind = `OperandClass::${CLASS[o.dtype]}, Space::${SPACE[o.space]}`;
    const use = `Access::${ACCESS[o.access]}, ${o.optional === true}, ${alias}`;
    return `    {"${o.name}", ${kind}, ${use},
     [](const std::uint32_t* w) -> std::uint64_t { (void)w; return ${size}; }},`;
  });
  const lanes = op.params.findIndex((p) => p.name === "lanes");
  const params = op.params.map((p) => `{"${p.name}", ${p.type === "f32" ? "true" : "false"}}`);
  const k = `k${pascal(op.name)}`;
  const info = [
    `OpCode::${k}, "${op.name}", ${op.words}`,
    `${k}Operands, ${op.operands.length}, ${k}Params, ${op.params.length}`,
    `${lanes < 0 ? 0 : base + lanes}, ${op.hasLanes}`,
  ];
  return `inline constexpr OperandInfo ${k}Operands[] = {
${operands.join("\n")}
};
inline constexpr ParamInfo ${k}Params[] = {${params.join(", ")}};
inline constexpr OpInfo ${k}Info = {${info.join(", ")}};
`;
}

export function binder(schema) {
  const includes = schema.ops.map((op) => `#include "kernels/${op.name}/${op.name}.hpp"`).sort();
  const cases = schema.ops.map(
    (op) => `    case ${op.code}:\n      return &k${pascal(op.name)}Info;`,
  );
  return `${BANNER}#pragma once

#include <bit>
#include <cstdint>

${includes.join("\n")}
#include "shared/gen/protocol.hpp"

// clang-format off
namespace voxfuse {

/// Every op, for a macro X(PascalName, op_name).
#define VOXFUSE_OPS(X) \\
${schema.ops.map((op) => `  X(${pascal(op.name)}, ${op.name})`).join(" \\\n")}

enum class OperandClass : std::uint8_t { kAct, kReal, kWeight, kMatrix, kF32, kU32, kRowState };
enum class Space : std::uint8_t { kBuffer, kRow, kCache };
enum class Access : std::uint8_t { kRead, kWrite, kReadWrite };

/// What the plan reader checks of one operand. \`elements\` reckons its size from the op's words.
struct OperandInfo {
  const char* name;
  OperandClass operand_class;
  Space space;
  Access access;
  bool optional;
  int may_be;  ///< Operand it may be the same buffer as; -1 for none.
  std::uint64_t (*elements)(const std::uint32_t* words);
};

struct ParamInfo {
  const char* name;
  bool is_f32;
};

/// Operands follow the op word; parameters follow the operands.
struct OpInfo {
  OpCode code;
  const char* name;
  std::uint32_t words;
  const OperandInfo* operands;
  std::uint32_t operand_count;
  const ParamInfo* params;
  std::uint32_t param_count;
  std::uint32_t lanes_word;  ///< Word of the parameter \`lanes\`; 0 without one.
  bool has_lanes;            ///< Some operand lies in a row or a cache.
};

namespace size_detail {
// Saturating: a size that does not fit u64 must fail the extent check, not wrap past it.
constexpr std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}
constexpr std::uint64_t plus(std::uint64_t a, std::uint64_t b) {
  return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}
constexpr std::uint64_t over(std::uint64_t a, std::uint64_t b) { return a / b; }

${schema.ops.map(opInfo).join("\n")}
}  // namespace size_detail

/// The op of a code, or nullptr.
inline const OpInfo* find_op(std::uint32_t code) {
  using namespace size_detail;
  switch (code) {
${cases.join("\n")}
    default:
      return nullptr;
  }
}

${schema.ops.map(bindFunction).join("\n")}
}  // namespace voxfuse
// clang-format on
`;
}

export function opsCmake(schema) {
  const names = schema.ops.map((op) => `  ${op.name}`).sort();
  const banner = BANNER.replace("//", "#");
  return `${banner}set(VOXFUSE_OPS\n${names.join("\n")})\n`;
}

export function opTable(schema) {
  const rows = schema.ops.map((op) => {
    const operands = op.operands.map((o) => {
      const mark = { read: "", write: " ←", read_write: " ↔" }[o.access];
      return `${o.name}${mark} [${o.shape.replaceAll("*", "·")}]`;
    });
    const doc = op.doc.replaceAll("|", "\\|");
    return `| ${op.code} | \`${op.name}\` | ${doc} | ${operands.join(", ")} |`;
  });
  return [
    "| code | op | what it computes | operands (← written, ↔ read and written) |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}
