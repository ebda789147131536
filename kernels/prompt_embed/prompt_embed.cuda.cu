#include "kernels/prompt_embed/prompt_embed.hpp"
#include "kernels/support/cuda/tensor_rows.cuh"
#include "kernels/support/lanes.hpp"

namespace voxfuse::prompt_embed {

using namespace device;

namespace {

/// A block for each token of each lane. y may be text: a thread reads a pack before it writes it.
__global__ void __launch_bounds__(kTensorRowThreads)
    prompt_embed_kernel(const __grid_constant__ Args a, bool whole, std::uint32_t* fault) {
  const std::uint32_t lane = blockIdx.x / a.tokens;
  const std::uint32_t token = blockIdx.x % a.tokens;
  const RowState* const row = a.row.at(lane);  // early: see tensor_rows.cuh
  const std::uint32_t* const prompt = a.prompt.at(lane);
  begin_kernel();
  std::uint32_t text_id = kAbsent;
  std::uint32_t codec_id = kAbsent;
  if (token < lane_tokens(a.valid, lane, 1, a.tokens)) {
    const std::size_t entry = std::size_t{row->prompt_done} + token;
    if (entry >= a.prompt_max) return report_once(fault, ErrorCode::kBadIndex);
    text_id = prompt[entry * kPromptEntryWords];
    codec_id = prompt[entry * kPromptEntryWords + 1];
    if (codec_id != kAbsent && codec_id >= a.table_rows) {
      return report_once(fault, ErrorCode::kBadIndex);
    }
  }
  const std::size_t at = std::size_t{blockIdx.x} * a.width;
  const RowToWrite y{a.y, at, a.width, whole};
  const RowToRead text{a.text, at, a.width, whole};
  const RowToRead codec{a.table, std::size_t{codec_id} * a.width, a.width, whole};
  each_pack(a.width, [&](std::uint32_t first) {
    Pack sum = {};
    if (text_id != kAbsent) sum = text.load(first);
    if (codec_id != kAbsent) {
      const Pack term = codec.load(first);
#pragma unroll
      for (std::uint32_t i = 0; i < kPack; ++i) sum.at[i] += term.at[i];
    }
    y.store(first, sum);
  });
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const bool whole = in_packs(a.width, {a.text.data, a.table.data, a.y.data});
  return launch(on, prompt_embed_kernel, a.lanes * a.tokens, kTensorRowThreads, 0, a, whole,
                on.fault);
}

}  // namespace voxfuse::prompt_embed
