#include "cuda-sidecar/src/session/msgpack.hpp"

#include <bit>
#include <cmath>

namespace voxfuse::msgpack {

namespace {

constexpr int kDepthMax = 8;
constexpr double kWholeMax = 9007199254740992.0;  ///< 2^53: beyond it an f64 skips integers.

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  bool value(Value& out, int depth) {
    std::uint64_t lead = 0;
    if (depth > kDepthMax || !big_endian(1, lead)) return false;
    if (lead <= 0x7f) return integer(out, static_cast<std::int64_t>(lead));
    if (lead <= 0x8f) return map(out, lead & 0x0f, depth);
    if (lead <= 0x9f) return array(out, lead & 0x0f, depth);
    if (lead <= 0xbf) return text(out, lead & 0x1f);
    if (lead >= 0xe0) return integer(out, static_cast<std::int64_t>(lead) - 256);
    return long_form(out, lead, depth);
  }

  bool at_end() const { return at_ == bytes_.size(); }

 private:
  bool long_form(Value& out, std::uint64_t lead, int depth) {
    switch (lead) {
      case 0xc0:
        return true;
      case 0xc2:
      case 0xc3:
        out.kind = Value::Kind::kBool;
        out.integer = lead == 0xc3;
        return true;
      case 0xca:
      case 0xcb:
        return floating(out, lead == 0xca ? 4 : 8);
      case 0xcc:
      case 0xcd:
      case 0xce:
      case 0xcf:
        return unsigned_integer(out, 1 << (lead - 0xcc));
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3:
        return signed_integer(out, 1 << (lead - 0xd0));
      default:
        return sized(out, lead, depth);
    }
  }

  bool sized(Value& out, std::uint64_t lead, int depth) {
    std::uint64_t size = 0;
    switch (lead) {
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return big_endian(1 << (lead - 0xc4), size) && binary(out, size);
      case 0xd9:
      case 0xda:
      case 0xdb:
        return big_endian(1 << (lead - 0xd9), size) && text(out, size);
      case 0xdc:
      case 0xdd:
        return big_endian(lead == 0xdc ? 2 : 4, size) && array(out, size, depth);
      case 0xde:
      case 0xdf:
        return big_endian(lead == 0xde ? 2 : 4, size) && map(out, size, depth);
      default:
        return false;
    }
  }

  std::size_t left() const { return bytes_.size() - at_; }

  bool big_endian(int size, std::uint64_t& out) {
    if (left() < static_cast<std::size_t>(size)) return false;
    out = 0;
    for (int i = 0; i < size; ++i) out = out << 8 | std::to_integer<std::uint64_t>(bytes_[at_++]);
    return true;
  }

  static bool integer(Value& out, std::int64_t value) {
    out.kind = Value::Kind::kInteger;
    out.integer = value;
    return true;
  }

  bool unsigned_integer(Value& out, int size) {
    std::uint64_t value = 0;
    if (!big_endian(size, value) || value > INT64_MAX) return false;
    return integer(out, static_cast<std::int64_t>(value));
  }

  bool signed_integer(Value& out, int size) {
    std::uint64_t value = 0;
    if (!big_endian(size, value)) return false;
    const int unused = 64 - 8 * size;
    // Shifted up and back down, so that the sign bit fills the rest.
    return integer(out, static_cast<std::int64_t>(value << unused) >> unused);
  }

  bool floating(Value& out, int size) {
    std::uint64_t bits = 0;
    if (!big_endian(size, bits)) return false;
    out.kind = Value::Kind::kFloat;
    out.number = size == 4 ? double{std::bit_cast<float>(static_cast<std::uint32_t>(bits))}
                           : std::bit_cast<double>(bits);
    return true;
  }

  bool take(std::uint64_t size, std::span<const std::byte>& out) {
    if (size > left()) return false;
    out = bytes_.subspan(at_, size);
    at_ += size;
    return true;
  }

  bool binary(Value& out, std::uint64_t size) {
    out.kind = Value::Kind::kBytes;
    return take(size, out.bytes);
  }

  bool text(Value& out, std::uint64_t size) {
    std::span<const std::byte> bytes;
    if (!take(size, bytes)) return false;
    out.kind = Value::Kind::kString;
    // Text is bytes seen as chars; nothing relies on it being well-formed.
    out.text = {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    return true;
  }

  bool array(Value& out, std::uint64_t count, int depth) {
    out.kind = Value::Kind::kArray;
    return items(out, count, depth);
  }

  bool map(Value& out, std::uint64_t count, int depth) {
    out.kind = Value::Kind::kMap;
    if (!items(out, 2 * count, depth)) return false;
    for (std::size_t i = 0; i < out.items.size(); i += 2) {
      if (out.items[i].kind != Value::Kind::kString) return false;
    }
    return true;
  }

  /// Every item takes a byte at least, so a count beyond what is left is a lie.
  bool items(Value& out, std::uint64_t count, int depth) {
    if (count > left()) return false;
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!value(out.items.emplace_back(), depth + 1)) return false;
    }
    return true;
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
};

}  // namespace

const Value* Value::find(std::string_view key) const {
  if (kind != Kind::kMap) return nullptr;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i].text == key) return &items[i + 1];
  }
  return nullptr;
}

std::optional<std::uint64_t> Value::as_unsigned() const {
  if (kind == Kind::kInteger && integer >= 0) return static_cast<std::uint64_t>(integer);
  if (kind == Kind::kFloat && number >= 0 && number <= kWholeMax && number == std::floor(number)) {
    return static_cast<std::uint64_t>(number);
  }
  return std::nullopt;
}

std::optional<Value> decode(std::span<const std::byte> bytes) {
  Reader reader(bytes);
  Value value;
  if (!reader.value(value, 0) || !reader.at_end()) return std::nullopt;
  return value;
}

void Writer::big_endian(std::uint64_t value, int size) {
  for (int i = size - 1; i >= 0; --i) byte(static_cast<unsigned>(value >> (8 * i) & 0xff));
}

void Writer::map(std::uint32_t count) {
  byte(0xde);
  big_endian(count, 2);
}

void Writer::array(std::uint32_t count) {
  byte(0xdd);
  big_endian(count, 4);
}

void Writer::text(std::string_view value) {
  byte(0xdb);
  big_endian(value.size(), 4);
  for (const char letter : value) byte(static_cast<unsigned char>(letter));
}

void Writer::blob(std::span<const std::byte> value) {
  byte(0xc6);
  big_endian(value.size(), 4);
  bytes_.insert(bytes_.end(), value.begin(), value.end());
}

void Writer::boolean(bool value) { byte(value ? 0xc3 : 0xc2); }

void Writer::number(std::uint64_t value) {
  if (value <= UINT32_MAX) {
    byte(0xce);
    big_endian(value, 4);
  } else {
    byte(0xcb);
    big_endian(std::bit_cast<std::uint64_t>(static_cast<double>(value)), 8);
  }
}

}  // namespace voxfuse::msgpack
