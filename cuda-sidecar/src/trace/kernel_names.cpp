#include "cuda-sidecar/src/trace/kernel_names.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>

namespace voxfuse {

namespace {

/// A library's template arguments can go on for pages.
constexpr std::size_t kShownMax = 80;

std::string demangled(const std::string& compiled) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(compiled.c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 && text != nullptr ? std::string(text.get()) : compiled;
}

void take_out(std::string& text, const std::string& part) {
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part)) {
    text.erase(at, part.size());
  }
}

/// `void a::(anonymous namespace)::f<X>(int)` becomes `f<X>`.
std::string shortened(std::string name) {
  take_out(name, "(anonymous namespace)::");
  std::size_t begin = 0;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c == '<') ++depth;
    if (c == '>' && depth > 0) --depth;
    if (depth > 0) continue;
    if (c == ' ' || c == ':') begin = i + 1;  // a return type or a namespace ends
    if (c == '(') {
      name.resize(i);
      break;
    }
  }
  name.erase(0, begin);
  take_out(name, "voxfuse::");
  if (name.size() > kShownMax) name = name.substr(0, kShownMax) + "…";
  return name;
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

KernelName read_kernel_name(const std::string& compiled) {
  KernelName name;
  name.shown = shortened(demangled(compiled));
  name.is_ours = contains(compiled, "voxfuse");
  name.ends_repeat = name.is_ours && contains(compiled, "collect_kernel");
  name.is_patch = name.is_ours && contains(compiled, "apply_patches_kernel");
  name.is_rest = !name.is_ours && contains(compiled, "reduce");
  return name;
}

}  // namespace voxfuse
