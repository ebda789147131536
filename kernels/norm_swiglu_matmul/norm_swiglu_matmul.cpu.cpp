#include "kernels/norm_swiglu_matmul/norm_swiglu_matmul.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/support/dot_tile.hpp"
#include "kernels/support/norm_row.hpp"

namespace voxfuse::norm_swiglu_matmul::VOXFUSE_ISA {

namespace {

constexpr std::size_t kRows = 32;     // of the largest decode bucket
constexpr std::size_t kOutputs = 24;  // their gate and up rows are a multiple of every tile
constexpr std::size_t kSums = kRows * kOutputs;

/// What one pass of the tiles leaves for silu: gates and ups of so many outputs of some rows, or of
/// more outputs of a single row, 6 KiB in all.
struct GateUp {
  float gate[kSums];
  float up[kSums];
};

template <class Weight>
void pass(const Args& a, const DotRows& x, const Weight* w, std::size_t m_begin, std::size_t m_end,
          std::size_t n_begin, std::size_t n_end) {
  GateUp both;
  const std::size_t outputs = n_end - n_begin;
  const auto keep = [&](std::size_t m, std::size_t row, float sum) {
    const std::size_t n = row / 2 - n_begin;
    if constexpr (std::is_same_v<Weight, std::int8_t>) sum *= a.w.scales[row];
    (row % 2 == 0 ? both.gate : both.up)[(m - m_begin) * outputs + n] = sum;
  };
  dot_block<Weights::kStreamed>(x, m_begin, m_end, w + 2 * n_begin * x.inputs, x.inputs,
                                2 * n_begin, 2 * n_end, keep);
  for (std::size_t m = m_begin; m < m_end; ++m) {
    const float* gate = both.gate + (m - m_begin) * outputs;
    const float* up = both.up + (m - m_begin) * outputs;
    float* y = a.y.f32() + m * a.outputs + n_begin;
    each_slice(0, outputs, [&](auto s) { s.store(y, swish(s.load(gate)) * s.load(up)); });
  }
}

}  // namespace

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32, kBadDtype);
  const DotRows normed = rms_norm_rows(pool, a.x.f32(), a.gain, a.eps, a.rows, a.inputs);
  const std::size_t grain = kMultipliesOfThread / (2 * std::size_t{a.rows} * a.inputs) + 1;
  with_matrix(a.w, [&](const auto* w) {
    pool.parallel_for(a.outputs, grain, [&](std::size_t begin, std::size_t end, unsigned) {
      const std::size_t outputs = a.rows == 1 ? kSums : kOutputs;
      for (std::size_t n = begin; n < end; n += outputs) {
        for (std::size_t m = 0; m < a.rows; m += kRows) {
          pass(a, normed, w, m, std::min<std::size_t>(m + kRows, a.rows), n,
               std::min(n + outputs, end));
        }
      }
    });
  });
  return {};
}

}  // namespace voxfuse::norm_swiglu_matmul::VOXFUSE_ISA
