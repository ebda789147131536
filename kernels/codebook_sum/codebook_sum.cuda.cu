#include "kernels/codebook_sum/codebook_sum.hpp"
#include "kernels/support/cuda/elements.cuh"
#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/lanes.hpp"

namespace voxfuse::codebook_sum {

using namespace device;

namespace {

constexpr std::uint32_t kThreads = 256;

/// Whether a frame's codes lie within the row and within their codebooks.
__device__ __forceinline__ bool codes_are_good(const Args& a, std::size_t frame,
                                               const std::uint32_t* codes) {
  if (frame >= a.frames_max) return false;
  bool good = true;
  for (std::uint32_t g = 0; g < a.groups; ++g) good = good && codes[g] < a.size;
  return good;
}

/// A block for each frame of each lane, whose threads share out the entries' elements. Every thread
/// looks at all codes, so that all of a block agree on an error. A frame with one is not written.
template <class T>
__global__ void __launch_bounds__(kThreads)
    codebook_sum_kernel(const __grid_constant__ Args a, std::uint32_t* fault) {
  begin_kernel();
  const std::uint32_t lane = blockIdx.y;
  const std::uint32_t t = blockIdx.x;
  const bool counts = t < lane_tokens(a.valid, lane, 1, a.frames);
  const std::size_t frame = counts ? a.first_frame(lane) + t : 0;
  const std::uint32_t* codes = a.codes.at(lane) + frame * a.groups;
  if (counts && !codes_are_good(a, frame, codes)) {
    if (threadIdx.x == 0) report(fault, ErrorCode::kBadIndex);
    return;
  }
  const std::uint32_t groups = counts ? a.groups : 0;  // beyond valid the sums are of no group
  const std::size_t at = (std::size_t{lane} * a.frames + t) * a.dim;
  for (std::uint32_t i = threadIdx.x; i < a.dim; i += kThreads) {
    float semantic = 0.0f;
    float acoustic = 0.0f;
    for (std::uint32_t g = 0; g < groups; ++g) {
      const float entry = a.codebooks[(std::size_t{g} * a.size + codes[g]) * a.dim + i];
      (g < a.semantic_groups ? semantic : acoustic) += entry;
    }
    static_cast<T*>(a.semantic.data)[at + i] = narrow<T>(semantic);
    static_cast<T*>(a.acoustic.data)[at + i] = narrow<T>(acoustic);
  }
}

}  // namespace

Status cuda(const Args& a, CudaContext& on) {
  VOXFUSE_TRY(check(a));
  VOXFUSE_REQUIRE(a.semantic.dtype == a.acoustic.dtype, kBadDtype);
  return with_dtype(a.semantic.dtype, [&](auto act) {
    return launch(on, codebook_sum_kernel<decltype(act)>, dim3(a.frames, a.lanes), kThreads, 0, a,
                  on.fault);
  });
}

}  // namespace voxfuse::codebook_sum
