#include "kernels/prompt_text/prompt_text.hpp"
#include "kernels/support/cuda/tensor_rows.cuh"
#include "kernels/support/lanes.hpp"

namespace voxfuse::prompt_text {

using namespace device;

namespace {

/// A block for each token of each lane.
__global__ void __launch_bounds__(kTensorRowThreads)
    prompt_text_kernel(const __grid_constant__ Args a, bool whole, std::uint32_t* fault) {
  const std::uint32_t lane = blockIdx.x / a.tokens;
  const std::uint32_t token = blockIdx.x % a.tokens;
  const RowState* const row = a.row.at(lane);  // early: see tensor_rows.cuh
  const std::uint32_t* const prompt = a.prompt.at(lane);
  begin_kernel();
  std::uint32_t text_id = kAbsent;
  if (token < lane_tokens(a.valid, lane, 1, a.tokens)) {
    const std::size_t entry = std::size_t{row->prompt_done} + token;
    if (entry >= a.prompt_max) return report_once(fault, ErrorCode::kBadIndex);
    text_id = prompt[entry * kPromptEntryWords];
    if (text_id != kAbsent && text_id >= a.table_rows) {
      return report_once(fault, ErrorCode::kBadIndex);
    }
  }
  const RowToWrite y{a.y, std::size_t{blockIdx.x} * a.width, a.width, whole};
  if (text_id == kAbsent) {
    clear_row(y);
  } else {
    copy_row(y, {a.table, std::size_t{text_id} * a.width, a.width, whole});
  }
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const bool whole = in_packs(a.width, {a.table.data, a.y.data});
  return launch(on, prompt_text_kernel, a.lanes * a.tokens, kTensorRowThreads, 0, a, whole,
                on.fault);
}

}  // namespace voxfuse::prompt_text
