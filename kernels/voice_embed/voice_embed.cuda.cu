#include "kernels/support/cuda/code_rows.cuh"
#include "kernels/support/cuda/tensor_rows.cuh"
#include "kernels/support/lanes.hpp"
#include "kernels/voice_embed/voice_embed.hpp"

namespace voxfuse::voice_embed {

using namespace device;

namespace {

/// The voice's vector or the frame's sum at one pack.
__device__ __forceinline__ Pack extra_at(const Args& a, const float* voice,
                                         const std::uint32_t* codes, std::uint32_t first,
                                         bool whole) {
  if (codes == nullptr) return load_pack(voice, first, a.width, whole);
  Pack sum = RowToRead{a.codec_table, std::size_t{codes[0]} * a.width, a.width, whole}.load(first);
  for (std::uint32_t g = 1; g < a.groups; ++g) {
    const std::size_t row = std::size_t{g - 1} * a.group_rows + codes[g];
    const Pack term = RowToRead{a.group_tables, row * a.width, a.width, whole}.load(first);
#pragma unroll
    for (std::uint32_t i = 0; i < kPack; ++i) sum.at[i] += term.at[i];
  }
  return sum;
}

/// A block for each token of each lane. A thread reads a pack of x before it writes it.
__global__ void __launch_bounds__(kTensorRowThreads)
    voice_embed_kernel(const __grid_constant__ Args a, bool whole, std::uint32_t* fault) {
  begin_kernel();
  const std::uint32_t lane = blockIdx.x / a.tokens;
  const std::uint32_t token = blockIdx.x % a.tokens;
  if (token >= lane_tokens(a.valid, lane, 1, a.tokens)) return;
  const std::size_t entry = std::size_t{a.row.at(lane)->prompt_done} + token;
  if (entry >= a.prompt_max) return report_once(fault, ErrorCode::kBadIndex);
  const std::uint32_t extra = a.prompt.at(lane)[entry * kPromptEntryWords + 2];
  if (extra == kAbsent) return;
  const std::uint32_t* codes = nullptr;
  if (extra != 0) {
    if (extra > a.reference_max) return report_once(fault, ErrorCode::kBadIndex);
    codes = a.reference.at(lane) + std::size_t{extra - 1} * a.groups;
    if (!codes_fit(a, codes)) return report_once(fault, ErrorCode::kBadIndex);
  }
  const float* voice = a.voice.at(lane);
  const RowToWrite to{a.x, std::size_t{blockIdx.x} * a.width, a.width, whole};
  const RowToRead from{a.x, to.begin, a.width, whole};
  each_pack(a.width, [&](std::uint32_t first) {
    const Pack text = from.load(first);
    Pack sum = extra_at(a, voice, codes, first, whole);
#pragma unroll
    for (std::uint32_t i = 0; i < kPack; ++i) sum.at[i] = to.round(sum.at[i]) + text.at[i];
    to.store(first, sum);
  });
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  // Fields of rows begin at multiples of 256 bytes.
  const bool whole = in_packs(a.width, {a.codec_table.data, a.group_tables.data, a.x.data});
  return launch(on, voice_embed_kernel, a.lanes * a.tokens, kTensorRowThreads, 0, a, whole,
                on.fault);
}

}  // namespace voxfuse::voice_embed
