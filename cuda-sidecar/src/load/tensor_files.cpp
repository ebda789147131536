#include "cuda-sidecar/src/load/tensor_files.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

#include "kernels/support/bf16.hpp"

namespace voxfuse {

namespace {
constexpr std::size_t kRankMax = 8;
}

float StoredTensor::at(std::size_t i) const {
  if (dtype == Dtype::kBf16) {
    std::uint16_t half = 0;
    std::memcpy(&half, data + i * sizeof half, sizeof half);
    return bf16::widen(half);
  }
  float value = 0;
  std::memcpy(&value, data + i * sizeof value, sizeof value);
  return value;
}

TensorFiles::~TensorFiles() {
  for (const Mapping& file : files_) {
    // munmap takes no pointer to const, though it writes nothing.
    munmap(const_cast<std::byte*>(file.data), file.bytes);
  }
}

Status TensorFiles::open(std::span<const std::string> paths, std::span<const TensorSpec> specs,
                         std::string& subject) {
  for (const std::string& path : paths) {
    subject = path;
    VOXFUSE_TRY(map_file(path));
  }
  for (const TensorSpec& spec : specs) {
    subject = spec.name;
    VOXFUSE_TRY(place(spec));
  }
  subject.clear();
  return {};
}

Status TensorFiles::map_file(const std::string& path) {
  // Without O_NONBLOCK a pipe with no writer would hold the session up.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return {ErrorCode::kBadWeight, "the file cannot be opened"};
  struct stat about = {};
  if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size <= 0) {
    close(file);
    return {ErrorCode::kBadWeight, "not a regular file with content"};
  }
  const auto bytes = static_cast<std::size_t>(about.st_size);
  void* data = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file, 0);
  close(file);
  if (data == MAP_FAILED) return {ErrorCode::kBadWeight, "the file cannot be mapped"};
  files_.push_back({static_cast<const std::byte*>(data), bytes});
  mapped_bytes_ += bytes;
  return {};
}

Status TensorFiles::place(const TensorSpec& spec) {
  VOXFUSE_REQUIRE(spec.file < files_.size(), kBadWeight);
  VOXFUSE_REQUIRE(spec.dtype == Dtype::kF32 || spec.dtype == Dtype::kBf16, kBadWeight);
  VOXFUSE_REQUIRE(spec.shape.size() <= kRankMax, kBadWeight);
  const Mapping& file = files_[spec.file];

  StoredTensor tensor = {.dtype = spec.dtype, .shape = spec.shape, .elements = 1};
  for (const std::uint64_t axis : spec.shape) {
    // No tensor is larger than its file, so the product never wraps.
    if (axis == 0 || tensor.elements > file.bytes / axis) {
      return {ErrorCode::kBadWeight, "the shape is empty or larger than the file"};
    }
    tensor.elements *= axis;
  }
  if (tensor.bytes() != spec.bytes) {
    return {ErrorCode::kBadWeight, "shape and dtype do not make up its bytes"};
  }
  if (spec.offset > file.bytes || spec.bytes > file.bytes - spec.offset) {
    return {ErrorCode::kBadWeight, "the byte range leaves the file"};
  }
  tensor.data = file.data + spec.offset;
  if (!tensors_.emplace(spec.name, std::move(tensor)).second) {
    return {ErrorCode::kBadWeight, "two tensors have this name"};
  }
  return {};
}

void TensorFiles::let_go(const StoredTensor& tensor) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  // An address as a number, for whole pages: those at the ends are their neighbours' as well.
  const auto begin = reinterpret_cast<std::uintptr_t>(tensor.data);
  const std::uintptr_t first = (begin + page - 1) / page * page;
  const std::uintptr_t end = (begin + tensor.bytes()) / page * page;
  if (first >= end) return;
  // A hint: where it is not taken, memory is held for longer. madvise takes no pointer to const.
  (void)madvise(const_cast<std::byte*>(tensor.data) + (first - begin), end - first, MADV_DONTNEED);
}

const StoredTensor* TensorFiles::find(std::string_view name) const {
  const auto found = tensors_.find(std::string(name));
  return found == tensors_.end() ? nullptr : &found->second;
}

}  // namespace voxfuse
