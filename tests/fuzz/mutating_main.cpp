// What libFuzzer does for a fuzz target, for compilers that lack it: runs every input of the
// folders given, then as many changed ones as asked. It takes libFuzzer's own flags, but looks at
// no coverage, so that it finds again what was found rather than what is unknown.
//
//   fuzz_… [--recording=FILE] [-runs=N] [-seed=N] FOLDER|FILE…
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
/// Targets may do without.
extern "C" [[gnu::weak]] int LLVMFuzzerInitialize(int* count, char*** words);

namespace {

using Input = std::vector<std::uint8_t>;

constexpr std::size_t kInputBytesMax = 1 << 16;
constexpr std::uint32_t kTelling[] = {0,    1,     2,      3,          0x7f,
                                      0xff, 0x100, 0xffff, 0x7fffffff, UINT32_MAX};

std::vector<Input> inputs;
std::mt19937 dice;

std::size_t below(std::size_t limit) { return limit == 0 ? 0 : dice() % limit; }

void read_inputs(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) {
    for (const auto& entry : std::filesystem::directory_iterator(path)) read_inputs(entry.path());
    return;
  }
  std::ifstream file(path, std::ios::binary);
  inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

void set_word(Input& input) {
  if (input.size() < 4) return;
  const std::size_t at = below(input.size() - 3);
  const std::uint32_t value =
      below(2) == 0 ? kTelling[below(std::size(kTelling))] : static_cast<std::uint32_t>(dice());
  for (std::size_t i = 0; i < 4; ++i) input[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

void change_byte(Input& input) {
  if (input.empty()) return;
  std::uint8_t& byte = input[below(input.size())];
  const unsigned changed[] = {byte ^ 1u << below(8), byte + 1u, byte - 1u,
                              static_cast<unsigned>(dice())};
  byte = static_cast<std::uint8_t>(changed[below(4)]);
}

void cut_out(Input& input) {
  const std::size_t from = below(input.size());
  const std::size_t count = below(std::min<std::size_t>(input.size() - from, 64) + 1);
  const auto at = input.begin() + static_cast<std::ptrdiff_t>(from);
  input.erase(at, at + static_cast<std::ptrdiff_t>(count));
}

/// Puts a part of any input at a place of this one.
void splice(Input& input) {
  const Input other = inputs[below(inputs.size())];
  const std::size_t from = below(other.size());
  const std::size_t count = below(std::min<std::size_t>(other.size() - from, 512) + 1);
  if (input.size() + count > kInputBytesMax) return;
  const auto part = other.begin() + static_cast<std::ptrdiff_t>(from);
  input.insert(input.begin() + static_cast<std::ptrdiff_t>(below(input.size() + 1)), part,
               part + static_cast<std::ptrdiff_t>(count));
}

Input mutated() {
  Input input = inputs[below(inputs.size())];
  constexpr void (*kChanges[])(Input&) = {set_word, set_word, change_byte, cut_out, splice};
  for (std::size_t i = 1 + below(4); i != 0; --i) kChanges[below(std::size(kChanges))](input);
  return input;
}

}  // namespace

int main(int count, char** words) {
  unsigned long runs = 0;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word.starts_with("-runs=")) {
      runs = std::strtoul(words[i] + 6, nullptr, 10);
    } else if (word.starts_with("-seed=")) {
      dice.seed(static_cast<std::uint32_t>(std::strtoul(words[i] + 6, nullptr, 10)));
    } else if (!word.starts_with("-")) {
      read_inputs(word);
    }
  }
  // A folder's order is the file system's own; a seed is to mean the same everywhere.
  std::ranges::sort(inputs);
  if (LLVMFuzzerInitialize != nullptr) LLVMFuzzerInitialize(&count, &words);
  if (inputs.empty()) {
    std::fputs("no input is given\n", stderr);
    return 2;
  }
  for (const Input& input : inputs) LLVMFuzzerTestOneInput(input.data(), input.size());
  for (unsigned long run = 0; run < runs; ++run) {
    const Input input = mutated();
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%zu inputs and %lu changed ones\n", inputs.size(), runs);
  return 0;
}
