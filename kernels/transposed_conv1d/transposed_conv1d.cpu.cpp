#include "kernels/transposed_conv1d/transposed_conv1d.hpp"

#include <cstddef>
#include <cstring>

#include "kernels/support/dot_tile.hpp"
#include "kernels/support/lanes.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse::transposed_conv1d::VOXFUSE_ISA {

namespace {

// The valid tokens of a lane as rows of spans * inputs elements, the newest span first. `memory`
// holds (history ++ packet), in which the span before lies one row back.
DotRows rows_of(const Args& a, const float* x, const float* history, std::size_t tokens,
                float* memory) {
  const auto token_stride = static_cast<std::ptrdiff_t>(a.inputs);
  if (a.spans == 1) return {.x = x, .rows = tokens, .stride = token_stride, .inputs = a.inputs};
  const std::size_t row_bytes = a.inputs * sizeof(float);
  if (a.inputs % 16 == 0) {
    std::memcpy(memory, history, row_bytes);
    std::memcpy(memory + a.inputs, x, tokens * row_bytes);
    return {.x = memory + a.inputs,
            .rows = tokens,
            .stride = token_stride,
            .inputs = a.inputs,
            .segments = 2,
            .segment_stride = -token_stride};
  }
  // Runs of another length would not keep the accumulators of matmul's order: the spans are put
  // side by side.
  for (std::size_t t = 0; t < tokens; ++t) {
    float* row = memory + t * 2 * a.inputs;
    std::memcpy(row, x + t * a.inputs, row_bytes);
    std::memcpy(row + a.inputs, t == 0 ? history : x + (t - 1) * a.inputs, row_bytes);
  }
  return {
      .x = memory, .rows = tokens, .stride = 2 * token_stride, .inputs = std::size_t{2} * a.inputs};
}

}  // namespace

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32 && a.y.dtype == Dtype::kF32, kBadDtype);
  VOXFUSE_REQUIRE(a.spans == 1 || a.history.dtype == Dtype::kF32, kBadDtype);
  // The phases of an input token are neighbours in y, as their rows are in w: a matmul.
  const std::size_t outputs = std::size_t{a.stride} * a.outputs;
  const std::size_t joined = std::size_t{2} * (a.tokens + 1) * a.inputs;
  float* memory = pool.shared_scratch(joined + outputs);
  float* bias = memory + joined;
  for (std::size_t o = 0; o < outputs; ++o) bias[o] = a.bias.at(o % a.outputs);
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const std::size_t valid = lane_tokens(a.valid, b, a.rate, a.tokens);
    const float* x = a.x.f32() + std::size_t{b} * a.tokens * a.inputs;
    float* y = a.y.f32() + std::size_t{b} * a.tokens * outputs;
    std::memset(y + valid * outputs, 0, (a.tokens - valid) * outputs * sizeof(float));
    if (valid == 0) continue;
    float* history = a.spans == 2 ? a.history.at(b).f32() : nullptr;
    dot_panel(pool, rows_of(a, x, history, valid, memory), a.w, outputs,
              PutBiased<false, float>{y, outputs, bias});
    if (history == nullptr) continue;
    std::memcpy(history, x + (valid - 1) * a.inputs, a.inputs * sizeof(float));
  }
  return {};
}

}  // namespace voxfuse::transposed_conv1d::VOXFUSE_ISA
