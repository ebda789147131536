#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace voxfuse::msgpack {

/// One decoded value of the subset that control messages use.
struct Value {
  enum class Kind : std::uint8_t { kNil, kBool, kInteger, kFloat, kString, kBytes, kArray, kMap };

  Kind kind = Kind::kNil;
  std::int64_t integer = 0;  ///< kBool too: 0 or 1.
  double number = 0;
  std::string_view text;             ///< Points into the message.
  std::span<const std::byte> bytes;  ///< Points into the message.
  std::vector<Value> items;          ///< Of a kMap: key, value, key, value …

  /// Value of a text key of a map; nullptr when there is none.
  const Value* find(std::string_view key) const;
  /// A count or an offset, however the peer wrote it: integer, or a float that is whole.
  std::optional<std::uint64_t> as_unsigned() const;
};

/// Decodes one message. Strings and bytes point into it, so it must live as long as the value.
///
/// Limits   Nesting up to 8; keys of maps are text; no extension types. Memory is in proportion to
///          the bytes given, whatever counts they claim.
/// Errors   nothing, when the bytes are not one whole value of the subset.
std::optional<Value> decode(std::span<const std::byte> bytes);

/// Encodes replies. Counts are given first, as msgpack wants them.
class Writer {
 public:
  void map(std::uint32_t count);
  void array(std::uint32_t count);
  void text(std::string_view value);
  void blob(std::span<const std::byte> value);
  void boolean(bool value);
  /// As an integer up to 32 bits and as a float beyond: readers that keep all numbers as f64 would
  /// give a 64-bit integer another type.
  void number(std::uint64_t value);

  void field(std::string_view key, std::string_view value) { text(key), text(value); }
  void field(std::string_view key, const char* value) { text(key), text(value); }
  void field(std::string_view key, std::uint64_t value) { text(key), number(value); }
  void field(std::string_view key, bool value) { text(key), boolean(value); }

  void field(std::string_view key, std::span<const std::byte> value) { text(key), blob(value); }

  const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  void byte(unsigned value) { bytes_.push_back(static_cast<std::byte>(value)); }
  void big_endian(std::uint64_t value, int size);

  std::vector<std::byte> bytes_;
};

}  // namespace voxfuse::msgpack
