#include "kernels/frame_embed/frame_embed.hpp"
#include "kernels/support/cuda/code_rows.cuh"
#include "kernels/support/cuda/tensor_rows.cuh"

namespace voxfuse::frame_embed {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 64;  // small blocks: a lane's row is spread over several
constexpr std::uint32_t kAtOnce = 8;    // groups whose loads are in flight together

/// The sum of the code embeddings at one pack, in group order.
template <class Table>
__device__ __forceinline__ Pack sum_of_codes(const Args& a, const std::uint32_t* codes,
                                             std::uint32_t first, bool whole) {
  const Table* const tables = static_cast<const Table*>(a.group_tables.data);
  Pack sum = RowToRead{a.codec_table, std::size_t{codes[0]} * a.width, a.width, whole}.load(first);
  for (std::uint32_t begin = 1; begin < a.groups; begin += kAtOnce) {
    Pack terms[kAtOnce];
#pragma unroll
    for (std::uint32_t i = 0; i < kAtOnce; ++i) {
      const std::uint32_t g = begin + i;
      if (g >= a.groups) continue;
      const std::size_t row = std::size_t{g - 1} * a.group_rows + codes[g];
      terms[i] = load_pack(tables + row * a.width, first, a.width, whole);
    }
#pragma unroll
    for (std::uint32_t i = 0; i < kAtOnce; ++i) {
      if (begin + i >= a.groups) continue;
#pragma unroll
      for (std::uint32_t j = 0; j < kPack; ++j) sum.at[j] += terms[i].at[j];
    }
  }
  return sum;
}

/// A thread for each eight elements of a lane. y may be text: a thread reads its pack before it
/// writes it, and nobody else does.
template <class Table>
__global__ void __launch_bounds__(kThreads)
    frame_embed_kernel(const __grid_constant__ Args a, bool whole, std::uint32_t* fault) {
  const std::uint32_t lane = blockIdx.y;
  const std::uint32_t first = (blockIdx.x * kThreads + threadIdx.x) * kPack;
  const RowState* const row = a.row.at(lane);  // early: see tensor_rows.cuh
  const std::uint32_t* const codes_of_row = a.codes.at(lane);
  begin_kernel();
  const std::size_t frame = row->frame;  // asked for together with `valid`
  const bool has_codes = a.valid[lane] != 0;
  if (first >= a.width) return;
  const std::size_t at = std::size_t{lane} * a.width;
  const RowToWrite y{a.y, at, a.width, whole};
  Pack pack = RowToRead{a.text, at, a.width, whole}.load(first);
  if (has_codes) {
    if (frame >= a.frames_max) return report_once(fault, ErrorCode::kBadIndex);
    const std::uint32_t* const codes = codes_of_row + frame * a.groups;
    if (!codes_fit(a, codes)) return report_once(fault, ErrorCode::kBadIndex);
    const Pack sum = sum_of_codes<Table>(a, codes, first, whole);
#pragma unroll
    for (std::uint32_t i = 0; i < kPack; ++i) pack.at[i] = y.round(sum.at[i]) + pack.at[i];
  }
  y.store(first, pack);
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const bool whole =
      in_packs(a.width, {a.codec_table.data, a.group_tables.data, a.text.data, a.y.data});
  const dim3 grid(blocks_for(a.width, kThreads * kPack), a.lanes);
  return with_dtype(a.group_tables.dtype, [&](auto table) {
    return launch(on, frame_embed_kernel<decltype(table)>, grid, kThreads, 0, a, whole, on.fault);
  });
}

}  // namespace voxfuse::frame_embed
