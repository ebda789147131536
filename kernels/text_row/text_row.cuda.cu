#include "kernels/support/cuda/tensor_rows.cuh"
#include "kernels/text_row/text_row.hpp"

namespace voxfuse::text_row {

using namespace device;

namespace {

/// A block for each lane.
__global__ void __launch_bounds__(kTensorRowThreads)
    text_row_kernel(const __grid_constant__ Args a, bool whole, std::uint32_t* fault) {
  const std::uint32_t lane = blockIdx.x;
  begin_kernel();
  const RowState* const row = a.row.at(lane);
  const std::uint32_t* const text_ids = a.text_ids.at(lane);
  const std::uint32_t frame = row->frame;
  std::uint32_t text_id = a.pad_id;
  if (frame < row->text_count) {
    if (frame >= a.text_max) return report_once(fault, ErrorCode::kBadIndex);
    text_id = text_ids[frame];
    if (text_id >= a.table_rows) return report_once(fault, ErrorCode::kBadIndex);
  }
  copy_row({a.y, std::size_t{lane} * a.width, a.width, whole},
           {a.table, std::size_t{text_id} * a.width, a.width, whole});
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const bool whole = in_packs(a.width, {a.table.data, a.y.data});
  return launch(on, text_row_kernel, a.lanes, kTensorRowThreads, 0, a, whole, on.fault);
}

}  // namespace voxfuse::text_row
