#pragma once

/// Marks what CUDA twins use as well: arithmetic and addressing that must be the same on both
/// sides.
#ifdef __CUDACC__
#define VOXFUSE_HOST_DEVICE __host__ __device__
#else
#define VOXFUSE_HOST_DEVICE
#endif
