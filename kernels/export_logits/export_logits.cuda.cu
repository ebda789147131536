#include "kernels/export_logits/export_logits.hpp"
#include "kernels/support/cuda/tensor_rows.cuh"

namespace voxfuse::export_logits {

using namespace device;

namespace {

/// A block for each lane.
__global__ void __launch_bounds__(kTensorRowThreads)
    export_logits_kernel(const __grid_constant__ Args a, bool whole) {
  const std::uint32_t lane = blockIdx.x;
  const Tensor exported{a.exported.at(lane), Dtype::kF32};  // early: see tensor_rows.cuh
  const ConstTensor logits{a.logits, Dtype::kF32};
  begin_kernel();
  copy_row({exported, 0, a.vocab, whole}, {logits, std::size_t{lane} * a.vocab, a.vocab, whole});
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  const bool whole =
      in_packs(a.vocab, {a.logits, a.exported.base}) && a.exported.stride % kAccess == 0;
  return launch(on, export_logits_kernel, a.lanes, kTensorRowThreads, 0, a, whole);
}

}  // namespace voxfuse::export_logits
