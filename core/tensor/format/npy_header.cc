#include "core/tensor/format/npy_header.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/tensor/format/foreign_bytes.h"

namespace brainalign {
namespace {

constexpr char kMagic[] = "\x93NUMPY";
constexpr std::int64_t kMagicSize = 6;
// Versions 2.0 and 3.0 could announce 4 GiB; the headers read here take a hundred bytes.
constexpr std::int64_t kMaxNpyTextBytes = 65535;
constexpr char kOfTensors[] = "supported are <f2, <f4, <f8, <i2, <i4 and <i8";
constexpr char kOfNumbers[] =
    "supported are <f2, <f4, <f8, <i2, <i4, <i8, |b1, |i1, |u1, <u2, <u4 and <u8";

const char* Supported(NpyElements elements) {
  return elements == NpyElements::kAnyNumber ? kOfNumbers : kOfTensors;
}

struct Descr {
  const char* text;
  DType dtype;
};
constexpr Descr kDescrs[] = {{"<f2", DType::kF16}, {"<f4", DType::kF32}, {"<f8", DType::kF64},
                             {"<i2", DType::kI16}, {"<i4", DType::kI32}, {"<i8", DType::kI64}};

// bool, and integers that tensors do not have. Big enough for an i64 but u8, which may not be.
struct NarrowDescr {
  const char* text;
  int bytes;  // negative: with a sign
};
constexpr NarrowDescr kNarrowDescrs[] = {{"|b1", 1}, {"|i1", -1}, {"|u1", 1},
                                         {"<u2", 2}, {"<u4", 4},  {"<u8", 8}};

absl::Status Bad(const std::string& reason) { return absl::InvalidArgumentError(reason); }

absl::StatusOr<DType> DTypeOfDescr(const std::string& descr, NpyElements elements) {
  for (const Descr& known : kDescrs) {
    if (descr == known.text) return known.dtype;
  }
  const std::string quoted = QuoteForeignText(descr);
  if (descr.find('O') != std::string::npos) {
    return Bad(
        "holds pickled Python objects, which are never read; save it as an array of numbers, "
        "with allow_pickle=False");
  }
  if (absl::StartsWith(descr, ">")) {
    return Bad(absl::StrCat("has big-endian dtype ", quoted,
                            "; only little-endian is read: save array.astype('<",
                            absl::CHexEscape(descr.substr(1, 8)), "')"));
  }
  if (absl::StartsWith(descr, "=")) {
    return Bad(absl::StrCat("has dtype ", quoted, ", whose byte order depends on the machine; ",
                            Supported(elements)));
  }
  return Bad(absl::StrCat("has dtype ", quoted, ", which is not read; ", Supported(elements)));
}

// Parses the dict literal and nothing else of Python. Each method returns false
// or nothing on failure and leaves the reason in `problem_`.
class DictParser {
 public:
  DictParser(absl::string_view text, NpyElements elements) : elements_(elements), rest_(text) {}

  // After Parse; as NpyHeader::narrow_bytes.
  int narrow_bytes() const { return narrow_bytes_; }

  absl::StatusOr<TensorSpec> Parse() {
    if (!Take('{')) return Malformed("does not begin with '{'");
    while (!Take('}')) {
      const std::optional<std::string> key = String();
      if (!key) return Malformed("has a key that is not a string");
      if (!Take(':')) return Malformed(absl::StrCat("has no ':' after ", QuoteForeignText(*key)));
      const absl::Status value = Value(*key);
      if (!value.ok()) return value;
      if (!Take(',') && !Next('}')) return Malformed("has no ',' or '}' after a value");
    }
    SkipSpace();
    if (!rest_.empty()) return Malformed("goes on after '}'");
    if (!dtype_) return Malformed("lacks 'descr'");
    if (!fortran_order_) return Malformed("lacks 'fortran_order'");
    if (!shape_) return Malformed("lacks 'shape'");
    return TensorSpec{*dtype_, *shape_, *fortran_order_ ? Order::kFortran : Order::kC};
  }

 private:
  static absl::Status Malformed(const std::string& what) {
    return Bad(absl::StrCat("is not a .npy file: its header ", what));
  }

  absl::Status Value(const std::string& key) {
    if (key == "descr") {
      if (dtype_) return Malformed("has 'descr' twice");
      if (Next('[')) {
        return Bad(
            absl::StrCat("has a structured dtype, which is not read; ", Supported(elements_)));
      }
      const std::optional<std::string> descr = String();
      if (!descr) return Malformed("has a 'descr' that is not a string");
      for (const NarrowDescr& narrow : kNarrowDescrs) {
        if (elements_ != NpyElements::kAnyNumber || *descr != narrow.text) continue;
        narrow_bytes_ = narrow.bytes;
        dtype_ = DType::kI64;
        return absl::OkStatus();
      }
      const absl::StatusOr<DType> dtype = DTypeOfDescr(*descr, elements_);
      if (!dtype.ok()) return dtype.status();
      dtype_ = *dtype;
    } else if (key == "fortran_order") {
      if (fortran_order_) return Malformed("has 'fortran_order' twice");
      if (Word("True")) {
        fortran_order_ = true;
      } else if (Word("False")) {
        fortran_order_ = false;
      } else {
        return Malformed("has a 'fortran_order' that is neither True nor False");
      }
    } else if (key == "shape") {
      if (shape_) return Malformed("has 'shape' twice");
      shape_ = Shape();
      if (!shape_) return Malformed("has a 'shape' that is not a tuple of lengths");
    } else {
      return Malformed(absl::StrCat("has the unknown key ", QuoteForeignText(key)));
    }
    return absl::OkStatus();
  }

  // (), (3,), (3, 4), (3, 4,): as in Python, (3) is a number and not a tuple.
  std::optional<std::vector<std::int64_t>> Shape() {
    std::vector<std::int64_t> shape;
    if (!Take('(')) return std::nullopt;
    bool comma = false;
    while (!Take(')')) {
      if (!shape.empty() && !comma) return std::nullopt;
      const std::optional<std::int64_t> length = Length();
      if (!length) return std::nullopt;
      shape.push_back(*length);
      comma = Take(',');
    }
    if (shape.size() == 1 && !comma) return std::nullopt;
    return shape;
  }

  std::optional<std::int64_t> Length() {
    SkipSpace();
    std::size_t digits = 0;
    while (digits < rest_.size() &&
           absl::ascii_isdigit(static_cast<unsigned char>(rest_[digits]))) {
      ++digits;
    }
    std::int64_t length = 0;
    if (!absl::SimpleAtoi(rest_.substr(0, digits), &length)) return std::nullopt;
    rest_.remove_prefix(digits);
    if (!rest_.empty() && rest_.front() == 'L') rest_.remove_prefix(1);  // written by Python 2
    return length;
  }

  // A string without escapes, which none of the expected ones has.
  std::optional<std::string> String() {
    SkipSpace();
    if (rest_.empty() || (rest_.front() != '\'' && rest_.front() != '"')) return std::nullopt;
    const std::size_t end = rest_.find(rest_.front(), 1);
    if (end == absl::string_view::npos) return std::nullopt;
    std::string value(rest_.substr(1, end - 1));
    if (value.find('\\') != std::string::npos) return std::nullopt;
    rest_.remove_prefix(end + 1);
    return value;
  }

  bool Word(absl::string_view word) {
    SkipSpace();
    if (!absl::StartsWith(rest_, word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool Next(char c) {
    SkipSpace();
    return !rest_.empty() && rest_.front() == c;
  }

  bool Take(char c) {
    if (!Next(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void SkipSpace() {
    const std::size_t begin = rest_.find_first_not_of(" \t\n\r");
    rest_.remove_prefix(std::min(begin, rest_.size()));
  }

  const NpyElements elements_;
  absl::string_view rest_;
  int narrow_bytes_ = 0;
  std::optional<DType> dtype_;
  std::optional<bool> fortran_order_;
  std::optional<std::vector<std::int64_t>> shape_;
};

}  // namespace

absl::StatusOr<NpyHeader> ParseNpyHeader(const std::byte* data, std::int64_t size_bytes,
                                         NpyElements elements) {
  if (size_bytes == 0) return Bad("is empty");
  if (std::memcmp(data, kMagic, static_cast<std::size_t>(std::min(size_bytes, kMagicSize))) != 0) {
    return Bad("is not a .npy file: it does not begin with \\x93NUMPY");
  }
  const auto truncated = [&] {
    return Bad(absl::StrCat("is truncated: it ends after ", size_bytes, " bytes, in its header"));
  };
  if (size_bytes < kMagicSize + 2) return truncated();
  const int major = std::to_integer<int>(data[kMagicSize]);
  const int minor = std::to_integer<int>(data[kMagicSize + 1]);
  if (major < 1 || major > 3 || minor != 0) {
    return Bad(absl::StrCat("has .npy format version ", major, ".", minor,
                            "; supported are 1.0, 2.0 and 3.0"));
  }
  const std::int64_t length_size = major == 1 ? 2 : 4;
  const std::int64_t text_offset = kMagicSize + 2 + length_size;
  if (size_bytes < text_offset) return truncated();
  std::int64_t text_size = 0;
  for (std::int64_t i = 0; i < length_size; ++i) {
    text_size |= std::to_integer<std::int64_t>(data[kMagicSize + 2 + i]) << (8 * i);
  }
  if (text_size > kMaxNpyTextBytes) {
    return Bad(absl::StrCat("announces a header of ", text_size, " bytes; at most ",
                            kMaxNpyTextBytes, " are read"));
  }
  if (size_bytes < text_offset + text_size) return truncated();
  const absl::string_view text(reinterpret_cast<const char*>(data + text_offset),
                               static_cast<std::size_t>(text_size));
  DictParser parser(text, elements);
  absl::StatusOr<TensorSpec> spec = parser.Parse();
  if (!spec.ok()) return spec.status();
  const absl::StatusOr<std::int64_t> data_bytes = SizeInBytes(*spec);
  if (!data_bytes.ok()) {
    return Bad(absl::StrCat("has a header that lies: ", data_bytes.status().message()));
  }
  const int narrow = parser.narrow_bytes();
  const std::int64_t stored = narrow == 0 ? *data_bytes : *data_bytes / 8 * std::abs(narrow);
  return NpyHeader{*std::move(spec), text_offset + text_size, stored, narrow};
}

absl::StatusOr<std::string> EncodeNpyHeader(const TensorSpec& spec) {
  std::string dict;
  for (const Descr& known : kDescrs) {
    if (known.dtype == spec.dtype) dict = absl::StrCat("{'descr': '", known.text, "', ");
  }
  if (dict.empty()) {
    return Bad(absl::StrCat("the .npy format has no ", DTypeName(spec.dtype)));
  }
  absl::StrAppend(&dict, "'fortran_order': ", spec.order == Order::kFortran ? "True" : "False",
                  ", 'shape': (");
  for (std::size_t i = 0; i < spec.shape.size(); ++i) {
    absl::StrAppend(&dict, i == 0 ? "" : " ", spec.shape[i],
                    i + 1 < spec.shape.size() || i == 0 ? "," : "");
  }
  absl::StrAppend(&dict, "), }");
  constexpr std::size_t kBefore = 10;  // magic, version, length
  constexpr std::size_t kAlignment = 64;
  dict.append(kAlignment - 1 - (kBefore + dict.size()) % kAlignment, ' ');
  dict += '\n';
  std::string header(kMagic, kMagicSize);
  header +=
      {'\x01', '\x00', static_cast<char>(dict.size() & 0xff), static_cast<char>(dict.size() >> 8)};
  return header + dict;
}

}  // namespace brainalign
