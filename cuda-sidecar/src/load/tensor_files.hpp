#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kernels/support/status.hpp"

namespace voxfuse {

/// Where a tensor lies, as the host read it from a checkpoint's header.
struct TensorSpec {
  std::string name;
  Dtype dtype = Dtype::kF32;
  std::vector<std::uint64_t> shape;
  std::uint64_t file = 0;  ///< Index into the list of files.
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

/// A tensor of a mapped file: row-major and contiguous, maybe not aligned to its dtype.
struct StoredTensor {
  const std::byte* data = nullptr;
  Dtype dtype = Dtype::kF32;
  std::vector<std::uint64_t> shape;
  std::uint64_t elements = 0;

  /// Element i, widened; any alignment.
  float at(std::size_t i) const;
  std::size_t element_bytes() const { return dtype == Dtype::kBf16 ? 2 : 4; }
  std::uint64_t bytes() const { return elements * element_bytes(); }
};

/// Read-only mappings of the checkpoint's files and the tensors in them.
class TensorFiles {
 public:
  TensorFiles() = default;
  TensorFiles(const TensorFiles&) = delete;
  TensorFiles& operator=(const TensorFiles&) = delete;
  ~TensorFiles();

  /// Maps the files and checks every tensor against the size of its file.
  ///
  /// Errors   kBadWeight; `subject` then names the file or tensor. Nothing is kept but mappings,
  ///          which the destructor takes back.
  Status open(std::span<const std::string> paths, std::span<const TensorSpec> specs,
              std::string& subject);

  const StoredTensor* find(std::string_view name) const;
  /// Was read and is not needed now: its pages go, and come back from the file when they are read
  /// again.
  static void let_go(const StoredTensor& tensor);
  std::uint64_t mapped_bytes() const { return mapped_bytes_; }

 private:
  struct Mapping {
    const std::byte* data = nullptr;
    std::uint64_t bytes = 0;
  };

  Status map_file(const std::string& path);
  Status place(const TensorSpec& spec);

  std::vector<Mapping> files_;
  std::unordered_map<std::string, StoredTensor> tensors_;
  std::uint64_t mapped_bytes_ = 0;
};

}  // namespace voxfuse
