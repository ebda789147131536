#pragma once

// Copies to shared memory that go on while a block computes: groups of a thread's own, and bulk
// copies by the GPU's copy engine, announced at barriers. Only for `<op>.cuda.cu`.

#include <cstdint>

namespace voxfuse::device {

/// Ends a group of copies.
__device__ __forceinline__ void end_group() { asm volatile("cp.async.commit_group;" ::: "memory"); }

/// Until all of the thread's groups but the newest kOpen have arrived.
template <std::uint32_t kOpen>
__device__ __forceinline__ void wait_for_groups() {
  asm volatile("cp.async.wait_group %0;" ::"n"(kOpen) : "memory");
}

/// Of an object in shared memory, as instructions take it.
__device__ __forceinline__ std::uint32_t shared_address(const void* at) {
  return static_cast<std::uint32_t>(__cvta_generic_to_shared(at));
}

/// Makes a barrier (CUDA's mbarrier) of so many arrivals a phase, known to the copy engine.
__device__ __forceinline__ void init_barrier(std::uint64_t* barrier, std::uint32_t arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(shared_address(barrier)),
               "r"(arrivals)
               : "memory");
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
}
/// An arrival, and so many bytes more that must have come before the phase ends.
__device__ __forceinline__ void expect_bytes(std::uint64_t* barrier, std::uint32_t bytes) {
  asm volatile(
      "mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(shared_address(barrier)),
      "r"(bytes)
      : "memory");
}
/// Until the phase of this parity has ended.
__device__ __forceinline__ void wait_for_barrier(std::uint64_t* barrier, std::uint32_t parity) {
  asm volatile(
      "{ .reg .pred done;\n"
      "again%=: mbarrier.test_wait.parity.shared::cta.b64 done, [%0], %1;\n"
      "@!done bra again%=; }" ::"r"(shared_address(barrier)),
      "r"(parity)
      : "memory");
}
/// Copies bytes, a multiple of 16 between addresses of 16, to shared memory past all registers.
__device__ __forceinline__ void copy_bulk(void* to, const void* from, std::uint32_t bytes,
                                          std::uint64_t* barrier) {
  asm volatile(
      "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];" ::
          "r"(shared_address(to)),
      "l"(from), "r"(bytes), "r"(shared_address(barrier))
      : "memory");
}

}  // namespace voxfuse::device
