// What the figures of kernels are held against.
#include "cuda-sidecar/tools/peaks.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>

#include "cuda-sidecar/src/load/weight_arena.hpp"
#include "kernels/support/isa.hpp"
#include "kernels/support/thread_pool.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace voxfuse {

namespace {

constexpr std::size_t kReadBytes = std::size_t{256} << 20;
constexpr std::size_t kStep = 256;  // eight sums of a step, so that none waits for another
constexpr int kRounds = 6;
constexpr std::uint64_t kChains = 12;  // independent sums: enough to hide an addition's latency
constexpr std::uint64_t kLinks = 4'000'000;

/// What a loop came to; kept, so that no compiler leaves the loop out.
volatile float sink = 0;

#if defined(__x86_64__)
[[gnu::target("avx2,fma")]] float read_avx2(const float* from, std::size_t bytes) {
  __m256 sums[8] = {};
  for (std::size_t at = 0; at + kStep <= bytes; at += kStep, from += kStep / sizeof *from) {
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) sums[i] = _mm256_add_ps(sums[i], _mm256_load_ps(from + 8 * i));
  }
  float total = 0;
  for (const __m256& sum : sums) total += _mm256_cvtss_f32(sum);
  return total;
}

[[gnu::target("avx2,fma")]] float multiply_avx2(std::uint64_t links) {
  __m256 sums[kChains];
  for (__m256& sum : sums) sum = _mm256_set1_ps(1.0f);
  const __m256 factor = _mm256_set1_ps(0.999f);
  for (std::uint64_t i = 0; i < links; ++i) {
#pragma GCC unroll 12
    for (__m256& sum : sums) sum = _mm256_fmadd_ps(sum, factor, factor);
  }
  float total = 0;
  for (const __m256& sum : sums) total += _mm256_cvtss_f32(sum);
  return total;
}

[[gnu::target("avx512f")]] float multiply_avx512(std::uint64_t links) {
  __m512 sums[kChains];
  for (__m512& sum : sums) sum = _mm512_set1_ps(1.0f);
  const __m512 factor = _mm512_set1_ps(0.999f);
  for (std::uint64_t i = 0; i < links; ++i) {
#pragma GCC unroll 12
    for (__m512& sum : sums) sum = _mm512_fmadd_ps(sum, factor, factor);
  }
  float total = 0;
  for (const __m512& sum : sums) total += _mm512_cvtss_f32(sum);
  return total;
}
#endif

float read_plain(const float* from, std::size_t bytes) {
  std::uint64_t sums[4] = {};
  std::uint64_t words[4];
  const auto* bytes_from = reinterpret_cast<const std::byte*>(from);  // as bytes, to be copied
  for (std::size_t at = 0; at + sizeof words <= bytes; at += sizeof words) {
    std::memcpy(words, bytes_from + at, sizeof words);
    for (int i = 0; i < 4; ++i) sums[i] += words[i];
  }
  return static_cast<float>(sums[0] ^ sums[1] ^ sums[2] ^ sums[3]);
}

float multiply_plain(std::uint64_t links) {
  float sums[kChains];
  std::fill(std::begin(sums), std::end(sums), 1.0f);
  for (std::uint64_t i = 0; i < links; ++i) {
    for (float& sum : sums) sum = std::fma(sum, 0.999f, 0.999f);
  }
  float total = 0;
  for (const float sum : sums) total += sum;
  return total;
}

struct Loops {
  float (*read)(const float*, std::size_t);
  float (*multiply)(std::uint64_t);
  std::uint64_t lanes;
};

Loops loops_of(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return {read_avx2, multiply_avx512, 16};
  if (isa == Isa::kAvx2) return {read_avx2, multiply_avx2, 8};
#endif
  (void)isa;
  return {read_plain, multiply_plain, 1};
}

/// The least seconds of some rounds of `body` on every thread.
double best_seconds(ThreadPool& pool, const std::function<void(unsigned)>& body) {
  double best = INFINITY;
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    pool.parallel_for(pool.threads(), 1,
                      [&](std::size_t, std::size_t, unsigned thread) { body(thread); });
    best = std::min(
        best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return best;
}

}  // namespace

int print_peaks(unsigned threads) {
  ThreadPool pool(threads);
  const Loops loops = loops_of(active_isa());
  WeightArena arena;  // pages as large as those of weights
  std::byte* memory = arena.take(kReadBytes);
  if (memory == nullptr) return 1;
  std::memset(memory, 1, kReadBytes);
  const std::size_t share = kReadBytes / pool.threads() / kStep * kStep;
  const double read = best_seconds(pool, [&](unsigned thread) {
    // Floats of any value, in memory aligned for them.
    sink = loops.read(reinterpret_cast<const float*>(memory + thread * share), share);
  });
  const std::uint64_t links = loops.lanes == 1 ? kLinks / 100 : kLinks;
  const double multiplied = best_seconds(pool, [&](unsigned) { sink = loops.multiply(links); });
  const double flops = 2.0 * static_cast<double>(pool.threads() * kChains * links * loops.lanes);
  std::printf("{\"threads\":%u,\"isa\":\"%s\",\"gb_per_s\":%.2f,\"gflop_per_s\":%.1f}\n",
              pool.threads(), isa_name(active_isa()),
              static_cast<double>(share * pool.threads()) / read / 1e9, flops / multiplied / 1e9);
  return 0;
}

}  // namespace voxfuse
