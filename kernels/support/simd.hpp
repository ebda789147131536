#pragma once

// Sixteen floats at a time, with the same bits on every instruction set: each operation is IEEE's,
// rounded once, to nearest; sums over lanes are joined in one tree; exp, sin and the like are built
// of these alone (simd/math.hpp). Only for `<op>.cpu.cpp` and what it includes: everything here
// lives in the namespace of the instruction set that the file is compiled for.
//
//   F32x16      broadcast(f), zero(), load(p), load_first(p, n), store(p, x), store_first(p, x, n)
//               with p const float* or (loads) const std::uint16_t*, bf16 that is widened, or
//               const std::int8_t*; 0 <= n < 16, and load_first fills with zeros
//   arithmetic  + - * /, fma(a, b, c) = a * b + c, sqrt(x)
//               smaller(a, b) = a < b ? a : b and larger(a, b) = a > b ? a : b, NaN included
//   choice      less(a, b) gives a Mask16; select(mask, yes, no)
//   bits        bits(u32) in every lane; and_bits, xor_bits, add_bits (u32), shift_left<n>
//   sums        sum(x): lanes (i, i + 8), (i, i + 4), (i, i + 2), (i, i + 1); sum8(x, out) of eight
//   Part        what one register holds, kParts of them in an F32x16: see dot_tile.hpp
//
// Masked lanes hold +0, and fma(0, 0, c) is c but for c = -0, which becomes +0: alike everywhere.

#ifndef VOXFUSE_ISA
#error "simd.hpp is for files that are compiled once for each instruction set"
#endif

#define VOXFUSE_SIMD [[gnu::always_inline]] static inline

#if defined(__AVX512F__)
#include "kernels/support/simd/avx512.hpp"
#elif defined(__AVX2__) && defined(__FMA__)
#include "kernels/support/simd/avx2.hpp"
#else
#include "kernels/support/simd/portable.hpp"
#endif

#include "kernels/support/simd/math.hpp"
