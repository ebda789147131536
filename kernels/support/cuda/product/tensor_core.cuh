#pragma once

// The multiplication that products on tensor cores are made of. Only for `<op>.cuda.cu`.

#include <cstdint>

namespace voxfuse::device {

/// c += a · bᵀ for 16 rows, 8 outputs and 16 k.
__device__ __forceinline__ void multiply_matrices(float (&c)[4], const std::uint32_t (&a)[4],
                                                  std::uint32_t b_low, std::uint32_t b_high) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, "
      "{%8,%9}, {%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b_low), "r"(b_high));
}

}  // namespace voxfuse::device
