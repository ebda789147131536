#include "kernels/code_embed/code_embed.hpp"
#include "kernels/support/cuda/tensor_rows.cuh"

namespace voxfuse::code_embed {

using namespace device;

namespace {

/// A block for each lane.
__global__ void __launch_bounds__(kTensorRowThreads)
    code_embed_kernel(const __grid_constant__ Args a, bool whole, std::uint32_t* fault) {
  const std::uint32_t lane = blockIdx.x;
  const RowState* const row = a.row.at(lane);  // early: see tensor_rows.cuh
  const std::uint32_t* const codes = a.codes.at(lane);
  begin_kernel();
  const std::size_t frame = row->frame;  // asked for together with `valid`
  std::uint32_t code = 0;
  if (a.valid[lane] != 0) {
    if (frame >= a.frames_max) return report_once(fault, ErrorCode::kBadIndex);
    code = codes[frame * a.groups + a.group];
    if (code >= a.table_rows - a.first_row) return report_once(fault, ErrorCode::kBadIndex);
  }
  const std::size_t from = (std::size_t{a.first_row} + code) * a.width;
  const std::size_t at = (std::size_t{lane} * a.tokens + a.token) * a.width;
  copy_row({a.y, at, a.width, whole}, {a.table, from, a.width, whole});
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const bool whole = in_packs(a.width, {a.table.data, a.y.data});
  return launch(on, code_embed_kernel, a.lanes, kTensorRowThreads, 0, a, whole, on.fault);
}

}  // namespace voxfuse::code_embed
