#include "client/lab_files/matlab_array.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/experiment/layer_order.h"

namespace brainalign {
namespace {

constexpr std::uint32_t kMatrixType = 14;
constexpr std::int64_t kUnknownEnd = INT64_MAX;
constexpr std::int64_t kMostText = std::int64_t{1} << 24;  // bytes of a name, or of all in a struct

// The bytes of a variable, one after the other.
class VariableBytes {
 public:
  VariableBytes(std::ifstream& file, const MatlabElement& element)
      : file_(file), element_(element), left_(element.bytes) {
    file_.clear();
    file_.seekg(element.at);
    if (element.is_compressed) is_open_ = inflateInit(&inflating_) == Z_OK;
  }
  ~VariableBytes() {
    if (is_open_) inflateEnd(&inflating_);
  }
  VariableBytes(const VariableBytes&) = delete;
  VariableBytes& operator=(const VariableBytes&) = delete;

  // Of those that were read or skipped, without compression.
  std::int64_t position() const { return position_; }

  // False if there are not as many bytes.
  bool Read(unsigned char* to, std::int64_t bytes) {
    position_ += bytes;
    if (element_.is_compressed) return Inflate(to, bytes);
    left_ -= bytes;
    return left_ >= 0 && file_.read(reinterpret_cast<char*>(to), bytes).gcount() == bytes;
  }

  bool Skip(std::int64_t bytes) {
    if (bytes < 0) return false;
    if (!element_.is_compressed) {
      position_ += bytes;
      left_ -= bytes;
      return left_ >= 0 && file_.seekg(bytes, std::ios::cur).good();
    }
    std::vector<unsigned char> skipped(static_cast<std::size_t>(std::min(bytes, kPiece)));
    for (std::int64_t done = 0; done < bytes;) {
      const std::int64_t now = std::min(bytes - done, kPiece);
      if (!Read(skipped.data(), now)) return false;
      done += now;
    }
    return true;
  }

  bool ReadIntegers(std::uint32_t* values, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      std::array<unsigned char, 4> bytes = {};
      if (!Read(bytes.data(), 4)) return false;
      if (!element_.is_big_endian) std::reverse(bytes.begin(), bytes.end());
      values[i] = 0;
      for (const unsigned char byte : bytes) values[i] = values[i] << 8 | byte;
    }
    return true;
  }

 private:
  static constexpr std::int64_t kPiece = std::int64_t{1} << 16;

  bool Inflate(unsigned char* to, std::int64_t bytes) {
    inflating_.next_out = to;
    inflating_.avail_out = static_cast<uInt>(bytes);
    while (is_open_ && inflating_.avail_out > 0) {
      if (inflating_.avail_in == 0) {
        const auto now = std::min<std::int64_t>(left_, std::ssize(packed_));
        if (now == 0 || !file_.read(reinterpret_cast<char*>(packed_.data()), now)) return false;
        left_ -= now;
        inflating_.next_in = packed_.data();
        inflating_.avail_in = static_cast<uInt>(now);
      }
      const int code = inflate(&inflating_, Z_NO_FLUSH);
      if (code != Z_OK) return code == Z_STREAM_END && inflating_.avail_out == 0;
    }
    return is_open_;
  }

  std::ifstream& file_;
  const MatlabElement element_;
  std::int64_t left_;  // of the file's bytes
  std::int64_t position_ = 0;
  z_stream inflating_ = {};
  bool is_open_ = false;
  std::array<unsigned char, 4096> packed_ = {};
};

struct Tag {
  std::uint32_t type = 0;
  std::int64_t bytes = 0;
  std::int64_t padding = 0;
};

// A tag has eight bytes; or four, before at most four bytes of data.
bool ReadTag(VariableBytes& bytes, Tag& tag) {
  std::uint32_t word = 0;
  if (!bytes.ReadIntegers(&word, 1)) return false;
  if (word >> 16 != 0) {
    tag = {word & 0xffff, word >> 16, 4 - std::int64_t{word >> 16}};
    return tag.padding >= 0;
  }
  std::uint32_t size = 0;
  if (!bytes.ReadIntegers(&size, 1)) return false;
  tag = {word, size, (8 - std::int64_t{size} % 8) % 8};
  return true;
}

bool ReadText(VariableBytes& bytes, std::string& text) {
  Tag tag;
  if (!ReadTag(bytes, tag) || tag.bytes > kMostText) return false;
  text.resize(static_cast<std::size_t>(tag.bytes));
  return bytes.Read(reinterpret_cast<unsigned char*>(text.data()), tag.bytes) &&
         bytes.Skip(tag.padding);
}

// Numbers may be stored in a smaller type than that of their variable. 0 for what are no numbers.
std::int64_t StoredSize(std::uint32_t type) {
  constexpr std::array<std::int64_t, 14> kSizes = {0, 1, 1, 2, 2, 4, 4, 4, 0, 8, 0, 0, 8, 8};
  return type < kSizes.size() ? kSizes[type] : 0;
}

constexpr char kNoArray[] = "holds no array that can be read";

class ArrayCheck {
 public:
  explicit ArrayCheck(VariableBytes& bytes) : bytes_(bytes) {}

  // Of the array at whose tag the bytes are; leaves them at its end. `name`: of a field; empty for
  // that of the variable itself.
  std::string Wrong(const std::string& name, std::int64_t outer_end, int depth);

 private:
  std::string WrongNumbers(const std::string& name, const std::vector<std::uint32_t>& axes,
                           std::int64_t end);
  std::string WrongFields(const std::string& name, std::int64_t end, int depth);

  VariableBytes& bytes_;
};

std::string ArrayCheck::Wrong(const std::string& name, std::int64_t outer_end, int depth) {
  constexpr std::uint32_t kStruct = 2;
  constexpr std::uint32_t kDouble = 6;
  constexpr std::uint32_t kUInt64 = 15;
  constexpr std::uint32_t kUInt32Type = 6;
  constexpr std::uint32_t kInt32Type = 5;
  constexpr int kDeepest = 32;
  Tag tag;
  if (!ReadTag(bytes_, tag) || tag.type != kMatrixType) return kNoArray;
  const std::int64_t end = bytes_.position() + tag.bytes;
  if (end > outer_end) return kNoArray;
  if (tag.bytes == 0) return "";  // an empty field of a struct
  std::array<std::uint32_t, 2> flags = {};
  if (!ReadTag(bytes_, tag) || tag.type != kUInt32Type || tag.bytes != 8 ||
      !bytes_.ReadIntegers(flags.data(), flags.size())) {
    return kNoArray;
  }
  const std::uint32_t kind = flags[0] & 0xff;
  const bool is_numbers = kind >= kDouble && kind <= kUInt64;
  std::string wrong;
  if (is_numbers || kind == kStruct) {
    if (!ReadTag(bytes_, tag) || tag.type != kInt32Type || tag.bytes % 4 != 0 ||
        tag.bytes > kMostText) {
      return kNoArray;
    }
    std::vector<std::uint32_t> axes(static_cast<std::size_t>(tag.bytes / 4));
    if (!bytes_.ReadIntegers(axes.data(), axes.size()) || !bytes_.Skip(tag.padding)) {
      return kNoArray;
    }
    std::string own;
    if (!ReadText(bytes_, own)) return kNoArray;
    const std::string& called = name.empty() ? own : name;
    const bool is_one = std::all_of(axes.begin(), axes.end(), [](auto n) { return n == 1; });
    if (is_numbers) wrong = WrongNumbers(called, axes, end);
    if (kind == kStruct && is_one && depth < kDeepest) wrong = WrongFields(called, end, depth);
  }
  if (!wrong.empty() || outer_end == kUnknownEnd) return wrong;
  return bytes_.Skip(end - bytes_.position()) ? "" : kNoArray;
}

std::string ArrayCheck::WrongNumbers(const std::string& name,
                                     const std::vector<std::uint32_t>& axes, std::int64_t end) {
  constexpr std::int64_t kTooMany = std::int64_t{1} << 32;  // for a tag
  std::int64_t elements = 1;
  for (const std::uint32_t length : axes) {
    if (length == 0) return "";
    elements = elements > kTooMany / length ? kTooMany : elements * length;
  }
  Tag tag;
  if (!ReadTag(bytes_, tag) || StoredSize(tag.type) == 0) return kNoArray;
  const std::int64_t needed = elements * StoredSize(tag.type);
  if (tag.bytes == needed && bytes_.position() + tag.bytes <= end) return "";
  return absl::StrCat("has ", QuoteName(name), " with (", absl::StrJoin(axes, ", "),
                      ") elements, of which ", tag.bytes / StoredSize(tag.type), " are stored");
}

std::string ArrayCheck::WrongFields(const std::string& name, std::int64_t end, int depth) {
  Tag tag;
  std::uint32_t width = 0;  // of a name
  if (!ReadTag(bytes_, tag) || tag.bytes != 4 || !bytes_.ReadIntegers(&width, 1) ||
      !bytes_.Skip(tag.padding)) {
    return kNoArray;
  }
  std::string names;
  if (!ReadText(bytes_, names)) return kNoArray;
  for (std::size_t at = 0; width > 0 && at + width <= names.size(); at += width) {
    const std::string field = names.substr(at, width).c_str();  // up to its NUL
    std::string wrong = Wrong(absl::StrCat(name, ".", field), end, depth + 1);
    if (!wrong.empty()) return wrong;
  }
  return "";
}

}  // namespace

std::string WrongSizeIn(std::ifstream& file, const MatlabElement& element) {
  VariableBytes bytes(file, element);
  return ArrayCheck(bytes).Wrong("", kUnknownEnd, 0);
}

}  // namespace brainalign
