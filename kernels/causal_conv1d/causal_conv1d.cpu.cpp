#include "kernels/causal_conv1d/causal_conv1d.hpp"

#include <cstddef>
#include <cstring>

#include "kernels/support/conv_history.hpp"
#include "kernels/support/dot_tile.hpp"
#include "kernels/support/lanes.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse::causal_conv1d::VOXFUSE_ISA {

namespace {

ConvInputs inputs_of(const Args& a, std::uint32_t lane) {
  const float* x = a.x.f32() + std::size_t{lane} * a.tokens * a.inputs;
  return {a.history.at(lane).f32(), x, a.history_tokens, a.inputs};
}

// Whether the taps must be put side by side: runs of another length would not keep the accumulators
// of matmul's order.
bool gathers(const Args& a) { return a.dilation > 1 && a.inputs % 16 != 0; }

void gather_taps(const Args& a, const float* joined, std::size_t tokens, float* into) {
  for (std::size_t t = 0; t < tokens; ++t) {
    for (std::size_t tap = 0; tap < a.taps; ++tap, into += a.inputs) {
      const float* from = joined + (t + tap * a.dilation) * a.inputs;
      std::memcpy(into, from, a.inputs * sizeof(float));
    }
  }
}

// The valid tokens of a lane as rows of taps * inputs elements. `memory` holds (history ++ packet),
// which the taps are read from: as one run where they are neighbours, else as a run for each tap.
DotRows rows_of(const Args& a, std::uint32_t lane, std::size_t tokens, float* memory) {
  inputs_of(a, lane).join(tokens, memory);
  const std::size_t taps_inputs = std::size_t{a.taps} * a.inputs;
  const auto token_stride = static_cast<std::ptrdiff_t>(a.inputs);
  if (a.dilation == 1) {
    return {.x = memory, .rows = tokens, .stride = token_stride, .inputs = taps_inputs};
  }
  if (!gathers(a)) {
    return {.x = memory,
            .rows = tokens,
            .stride = token_stride,
            .inputs = a.inputs,
            .segments = a.taps,
            .segment_stride = token_stride * static_cast<std::ptrdiff_t>(a.dilation)};
  }
  float* gathered = memory + (a.history_tokens + tokens) * a.inputs;
  gather_taps(a, memory, tokens, gathered);
  return {.x = gathered,
          .rows = tokens,
          .stride = static_cast<std::ptrdiff_t>(taps_inputs),
          .inputs = taps_inputs};
}

}  // namespace

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32 && a.y.dtype == Dtype::kF32, kBadDtype);
  VOXFUSE_REQUIRE(a.history.dtype == Dtype::kF32, kBadDtype);
  const std::size_t taps_inputs = std::size_t{a.taps} * a.inputs;
  const std::size_t joined = (std::size_t{a.history_tokens} + a.tokens) * a.inputs;
  const std::size_t gathered = gathers(a) ? a.tokens * taps_inputs : 0;
  float* memory = pool.shared_scratch(joined + gathered + a.outputs);
  float* bias = memory + joined + gathered;
  for (std::size_t o = 0; o < a.outputs; ++o) bias[o] = a.bias.at(o);
  for (std::uint32_t b = 0; b < a.lanes; ++b) {
    const std::size_t valid = lane_tokens(a.valid, b, a.rate, a.tokens);
    float* y = a.y.f32() + std::size_t{b} * a.tokens * a.outputs;
    std::memset(y + valid * a.outputs, 0, (a.tokens - valid) * a.outputs * sizeof(float));
    if (valid == 0) continue;
    dot_panel(pool, rows_of(a, b, valid, memory), a.w, a.outputs,
              PutBiased<false, float>{y, a.outputs, bias});
    inputs_of(a, b).keep_last(valid);
  }
  return {};
}

}  // namespace voxfuse::causal_conv1d::VOXFUSE_ISA
