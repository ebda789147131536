// A program as a client defines it, read against the model of a recording and bound to its memory.
#include <optional>

#include "cuda-sidecar/src/engine/bound_program.hpp"
#include "cuda-sidecar/src/plan/plan_reader.hpp"
#include "tests/fuzz/recorded.hpp"

namespace {

using namespace voxfuse;

/// What programs are read against. Made once, never given back.
struct Model {
  Recorded recorded;
  TensorFiles tensors;
  WeightTable weights;
  Memory memory;
};

Model* model = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* count, char*** words) {
  model = new Model{read_recorded(*count, *words), {}, {}, {}};
  const LoadRequest& load = model->recorded.load;
  std::string subject;
  require(check_layout(load.layout).ok(), "the recording's layout is one");
  require(model->tensors.open(load.files, load.tensors, subject).ok(), "its files are there");
  for (const auto& entries : model->recorded.weights) {
    require(model->weights.add(entries, model->tensors, subject).ok(), "its weights are built");
  }
  require(model->memory.allocate(load.layout).ok(), "its rows are allocated");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = input_bytes(data, size);
  std::vector<std::byte> bytes(input.begin(), input.end());
  fill_layout_hash(bytes, offsetof(ProgramHeader, layout_hash));
  const EngineLayout& layout = model->memory.layout();
  Program program;
  std::uint32_t op_index = 0;
  if (!read_program(bytes, {layout, model->weights}, program, op_index).ok()) {
    require(op_index == kAbsent || op_index < program.header.op_count, "an op at fault is one");
    return 0;
  }
  require(op_index == kAbsent, "no op is at fault in a program that was read");

  // Only what an arena this large would hold is addressed: nothing runs.
  static std::byte arena[kAlignment];
  const LaneClass lane_class = class_of(program);
  const Addresses addresses = {.rows = model->memory.rows(),
                               .kv = model->memory.kv(),
                               .arena = arena,
                               .lane_rows = model->memory.lane_rows(lane_class).data()};
  std::vector<BoundOp> ops;
  if (bind_program(program, model->weights, layout, addresses, ops, op_index).ok()) {
    require(ops.size() == program.header.op_count, "every op is bound");
  }
  return 0;
}
