#pragma once

// Products of many rows, a tile of the result for each block or cluster of blocks:
//
//   sums[m, n] = Σ_k A[m, k] · w[n, k]
//
// A need not lie in memory as a matrix. What a product is of says where its elements are and what
// becomes of the sums:
//   Element                            what A consists of
//   Row row(m)                         what a thread remembers of a row; false when it is all zeros
//   Place place(k)                     where an element is to be found in any row,
//   void advance(Place&, by)           and the same `by` elements further on
//   const Element* at(Row, Place)      the address of an element of a row that is not zeros
//   void store(m, n, float4)           takes sums[m, n … n + 3], of which some may lie outside
// None is called before begin_kernel().
//
// Order: K is cut into parts; a part is summed from zero in ascending k, and the parts are added in
// their order. Where the parts begin depends on K alone, so that every tile gives the same bits,
// and so do a block that sums all parts and a cluster whose blocks sum one each. Only for
// `<op>.cuda.cu`.

#include <cooperative_groups.h>

#include <cstddef>
#include <cstdint>

#include "kernels/support/cuda/elements.cuh"
#include "kernels/support/cuda/launch.cuh"

namespace voxfuse::device {

inline constexpr std::uint32_t kPartsMax = 8;   ///< Blocks that any device puts into a cluster.
inline constexpr std::uint32_t kPartStep = 64;  ///< Parts begin at multiples of this.

/// Parts that a sum of `inputs` terms has: some hundred terms each, for few rows leave most of a
/// device idle unless many blocks share an output's weights.
__host__ __device__ constexpr std::uint32_t product_parts(std::uint32_t inputs) {
  if (inputs >= 4096) return kPartsMax;
  if (inputs >= 1024) return 4;
  return inputs >= 512 ? 2 : 1;
}

/// The k at which a part begins; that of part product_parts() is K, rounded up.
__host__ __device__ constexpr std::uint32_t part_begin(std::uint32_t part, std::uint32_t inputs) {
  const std::uint32_t steps = (inputs + kPartStep - 1) / kPartStep;
  return part * steps / product_parts(inputs) * kPartStep;
}

template <class Operands>
struct TileProduct {
  using Row = typename Operands::Row;
  using Place = typename Operands::Place;

  Operands of;
  ConstTensor w;
  std::uint32_t row_count;
  std::uint32_t inputs;   ///< K.
  std::uint32_t outputs;  ///< Rows of w.
  /// Eight neighbouring k, from a multiple of eight on, lie side by side in A, and 16-byte loads
  /// may read them there and in w.
  bool in_packs;
};

/// What a block works on: a tile's upper left corner, and parts [part, part_end) of its sums.
struct TileWork {
  std::uint32_t first_row;
  std::uint32_t first_output;
  std::uint32_t part;
  std::uint32_t part_end;
};

/// Adds the blocks' sums and stores them; each block of the cluster takes a share of the rows.
template <class Tile, class Product>
__device__ __forceinline__ void store_tile(const Product& p, const TileWork& work, float* sums,
                                           const cooperative_groups::cluster_group& cluster) {
  constexpr std::uint32_t kQuads = Tile::kOutputs / 4;
  static_assert(Tile::kRows % kPartsMax == 0 && Tile::kOutputs % 4 == 0 && Tile::kPitch % 4 == 0);
  const std::uint32_t blocks = cluster.num_blocks();
  const std::uint32_t rows = Tile::kRows / blocks;
  const std::uint32_t first_row = cluster.block_rank() * rows;
  for (std::uint32_t i = threadIdx.x; i < rows * kQuads; i += Tile::kThreads) {
    const std::uint32_t row = first_row + i / kQuads;
    const std::uint32_t output = i % kQuads * 4;
    float4 parts[kPartsMax];
#pragma unroll
    for (std::uint32_t block = 0; block < kPartsMax; ++block) {
      if (block >= blocks) break;
      const float* from = cluster.map_shared_rank(sums, block) + row * Tile::kPitch + output;
      parts[block] = *reinterpret_cast<const float4*>(from);  // row and output on 16 bytes
    }
    float4 sum = {0, 0, 0, 0};
#pragma unroll
    for (std::uint32_t block = 0; block < kPartsMax; ++block) {
      if (block >= blocks) break;
      sum.x += parts[block].x;
      sum.y += parts[block].y;
      sum.z += parts[block].z;
      sum.w += parts[block].w;
    }
    p.of.store(work.first_row + row, work.first_output + output, sum);
  }
}

/// A cluster for each tile: the parts of its sums are one block's, or a block's each.
template <class Tile, class Product>
__global__ void __launch_bounds__(Tile::kThreads)
    tile_product_kernel(const __grid_constant__ Product p) {
  extern __shared__ __align__(128) std::byte shared[];
  const auto cluster = cooperative_groups::this_cluster();
  const std::uint32_t blocks = cluster.num_blocks();
  const std::uint32_t rank = cluster.block_rank();
  const TileWork work = {.first_row = blockIdx.y * Tile::kRows,
                         .first_output = blockIdx.x / blocks * Tile::kOutputs,
                         .part = rank,
                         .part_end = blocks == 1 ? product_parts(p.inputs) : rank + 1};
  Tile tile;
  tile.sum(p, work, shared);
  float* sums = reinterpret_cast<float*>(shared);  // what the operands' slices lay in is free now
  tile.put(sums);
  if (blocks == 1) {
    __syncthreads();  // all threads' sums are in place
    store_tile<Tile>(p, work, sums, cluster);
  } else {
    cluster.sync();  // all blocks' sums are in place
    store_tile<Tile>(p, work, sums, cluster);
    cluster.sync();  // no block goes while another reads its shared memory
  }
}

template <class Tile>
std::uint32_t tiles_of(std::uint32_t rows, std::uint32_t outputs) {
  return blocks_for(rows, Tile::kRows) * blocks_for(outputs, Tile::kOutputs);
}

/// Parts are shared out where tiles alone would leave multiprocessors idle.
template <class Tile, class Product>
Status launch_tiles(CudaContext& on, const Product& p) {
  const bool few = tiles_of<Tile>(p.row_count, p.outputs) < on.multiprocessors;
  const std::uint32_t blocks = few ? product_parts(p.inputs) : 1;
  const dim3 grid(blocks_for(p.outputs, Tile::kOutputs) * blocks,
                  blocks_for(p.row_count, Tile::kRows));
  return launch_cluster(on, tile_product_kernel<Tile, Product>, grid, Tile::kThreads, dim3(blocks),
                        Tile::kSharedBytes, p);
}

/// The product on the tiles of a family: Narrow for few rows, Wide where there are enough of those
/// to occupy most multiprocessors, else Square.
template <class Tiles, class Product>
Status launch_product(CudaContext& on, const Product& p) {
  if (p.row_count <= Tiles::Narrow::kRows) return launch_tiles<typename Tiles::Narrow>(on, p);
  const std::uint32_t wide = tiles_of<typename Tiles::Wide>(p.row_count, p.outputs);
  if (4 * wide >= 3 * on.multiprocessors) return launch_tiles<typename Tiles::Wide>(on, p);
  return launch_tiles<typename Tiles::Square>(on, p);
}

}  // namespace voxfuse::device
