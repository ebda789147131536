#pragma once

// What every CUDA kernel begins with and how it is launched. Only for `<op>.cuda.cu`.
//
// A kernel may start while those in front of it still run, so that its loads of weights overlap
// their work. What makes that safe:
//   - every thread of every kernel calls begin_kernel(), or let_next_in() at once and
//     wait_for_predecessors() when it has begun to load what no kernel that may still run writes;
//   - that is: weights, of course; and what was written before the program began, or in front of a
//     pick since, which waits before it lets anyone in. Small kernels may be under way by dozens,
//     so that a distance in kernels makes nothing safe; but between two passes over a cache there
//     is a pick. The activations of this pass, `valid` and everything that is written are not among
//     it.

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

#include "kernels/support/cuda/context.hpp"

namespace voxfuse::device {

/// Lets the next kernel take what room is left on the multiprocessors.
__device__ __forceinline__ void let_next_in() { asm volatile("griddepcontrol.launch_dependents;"); }

/// Waits until every kernel in front has ended and its writes can be seen.
__device__ __forceinline__ void wait_for_predecessors() {
  asm volatile("griddepcontrol.wait;" ::: "memory");
}

__device__ __forceinline__ void begin_kernel() {
  let_next_in();
  wait_for_predecessors();
}

/// Keeps the first error that any thread meets; the executor looks at the end of a run.
__device__ __forceinline__ void report(std::uint32_t* fault, ErrorCode error) {
  atomicCAS(fault, 0u, static_cast<std::uint32_t>(error));
}

constexpr std::size_t kSharedBytesByDefault = 48 * 1024;

/// Lets a kernel have its shared memory. All ask for the same split of a multiprocessor's memory,
/// the one with most of it shared: kernels of different splits cannot be resident together.
template <class Kernel>
Status prepare(Kernel kernel, std::size_t shared_bytes) {
  VOXFUSE_CUDA_TRY(cudaFuncSetAttribute(kernel, cudaFuncAttributePreferredSharedMemoryCarveout,
                                        cudaSharedmemCarveoutMaxShared));
  if (shared_bytes <= kSharedBytesByDefault) return {};
  VOXFUSE_CUDA_TRY(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                        static_cast<int>(shared_bytes)));
  return {};
}

/// Enqueues a kernel whose blocks work together in clusters, and counts it.
///
/// Errors   kDeviceFailed.
template <class... Params, class... Given>
Status launch_cluster(CudaContext& on, void (*kernel)(Params...), dim3 grid, dim3 block,
                      dim3 cluster, std::size_t shared_bytes, const Given&... given) {
  VOXFUSE_TRY(prepare(kernel, shared_bytes));
  cudaLaunchAttribute attributes[2] = {};
  unsigned count = 0;
  if (on.overlaps) {
    attributes[count].id = cudaLaunchAttributeProgrammaticStreamSerialization;
    attributes[count++].val.programmaticStreamSerializationAllowed = 1;
  }
  if (cluster.x * cluster.y * cluster.z > 1) {
    attributes[count].id = cudaLaunchAttributeClusterDimension;
    attributes[count].val.clusterDim.x = cluster.x;
    attributes[count].val.clusterDim.y = cluster.y;
    attributes[count++].val.clusterDim.z = cluster.z;
  }
  cudaLaunchConfig_t config = {};
  config.gridDim = grid;
  config.blockDim = block;
  config.dynamicSmemBytes = shared_bytes;
  config.stream = on.stream;
  config.attrs = attributes;
  config.numAttrs = count;
  VOXFUSE_CUDA_TRY(cudaLaunchKernelEx(&config, kernel, static_cast<Params>(given)...));
  ++on.launches;
  return {};
}

/// Enqueues a kernel and counts it.
///
/// Errors   kDeviceFailed.
template <class... Params, class... Given>
Status launch(CudaContext& on, void (*kernel)(Params...), dim3 grid, dim3 block,
              std::size_t shared_bytes, const Given&... given) {
  return launch_cluster(on, kernel, grid, block, dim3(1), shared_bytes, given...);
}

/// Blocks of `block` threads for `count` items.
constexpr std::uint32_t blocks_for(std::size_t count, std::uint32_t block) {
  return static_cast<std::uint32_t>((count + block - 1) / block);
}

}  // namespace voxfuse::device
