#include "client/lab_files/matlab_layout.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "client/lab_files/matlab_array.h"

namespace brainalign {
namespace {

// Reads 32-bit integers of a file, in either byte order.
class IntegerReader {
 public:
  explicit IntegerReader(const std::string& path) : file_(path, std::ios::binary) {
    file_.seekg(0, std::ios::end);
    size_ = file_.tellg();
  }

  std::ifstream& file() { return file_; }
  std::int64_t size() const { return size_; }
  bool is_big_endian() const { return big_; }
  void set_big_endian(bool big) { big_ = big; }

  // The integers from byte `at` on; false if the file ends before.
  template <std::size_t kCount>
  bool Read(std::int64_t at, std::array<std::uint32_t, kCount>& values) {
    std::array<unsigned char, 4 * kCount> bytes = {};
    file_.clear();
    file_.seekg(at);
    if (!file_.read(reinterpret_cast<char*>(bytes.data()),
                    static_cast<std::streamsize>(bytes.size()))) {
      return false;
    }
    for (std::size_t i = 0; i < kCount; ++i) {
      values[i] = 0;
      for (std::size_t b = 0; b < 4; ++b) {
        const std::size_t place = big_ ? b : 3 - b;
        values[i] = values[i] << 8 | bytes[4 * i + place];
      }
    }
    return true;
  }

 private:
  std::ifstream file_;
  std::int64_t size_ = 0;
  bool big_ = false;
};

absl::Status Truncated(const std::string& path, std::int64_t at, std::int64_t end,
                       std::int64_t size) {
  return absl::InvalidArgumentError(absl::StrCat(path, " is truncated: its variable at byte ", at,
                                                 " ends at byte ", end, ", and the file has ", size,
                                                 "; copy it again"));
}

absl::Status Damaged(const std::string& path, std::int64_t at) {
  return absl::InvalidArgumentError(
      absl::StrCat(path, " is damaged: there is no variable at byte ", at, "; copy it again"));
}

// A header of 128 bytes, then elements: type, bytes that follow.
absl::Status CheckVersion5(const std::string& path, IntegerReader& reader) {
  constexpr std::int64_t kHeader = 128;
  constexpr std::uint32_t kMatrix = 14;
  constexpr std::uint32_t kCompressed = 15;
  std::array<std::uint32_t, 1> mark = {};
  if (!reader.Read(kHeader - 4, mark)) return Damaged(path, 0);
  reader.set_big_endian((mark[0] >> 24) == 'I');  // "MI" as bytes
  std::array<std::uint32_t, 2> tag = {};
  std::int64_t at = kHeader;
  while (reader.Read(at, tag)) {
    if (tag[0] != kMatrix && tag[0] != kCompressed) return Damaged(path, at);
    const std::int64_t end = at + 8 + std::int64_t{tag[1]};
    if (end > reader.size()) return Truncated(path, at, end, reader.size());
    const bool is_compressed = tag[0] == kCompressed;
    const std::int64_t begin = is_compressed ? at + 8 : at;
    const std::string wrong =
        WrongSizeIn(reader.file(), {begin, end - begin, is_compressed, reader.is_big_endian()});
    if (!wrong.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(path, " is damaged: its variable at byte ", at,
                                                     " ", wrong, "; copy it again"));
    }
    at = end;
  }
  return at == reader.size() ? absl::OkStatus() : Damaged(path, at);
}

// Variables: type as decimal digits MOPT, rows, columns, whether complex, length of the name; then
// name and elements.
absl::Status CheckVersion4(const std::string& path, IntegerReader& reader) {
  constexpr std::array<std::int64_t, 6> kElementBytes = {8, 4, 4, 2, 2, 1};  // by P
  constexpr std::uint32_t kMost = 1u << 31;
  std::array<std::uint32_t, 5> header = {};
  if (!reader.Read(0, header)) return Damaged(path, 0);
  reader.set_big_endian(header[0] >= 10000);
  std::int64_t at = 0;
  while (at < reader.size()) {
    if (!reader.Read(at, header)) return Damaged(path, at);
    const auto& [mopt, rows, columns, is_complex, name_bytes] = header;
    const std::uint32_t precision = mopt / 10 % 10;
    if (mopt >= 5000 || precision >= kElementBytes.size() || rows >= kMost || columns >= kMost ||
        is_complex > 1 || name_bytes == 0 || name_bytes > 4096) {
      return Damaged(path, at);
    }
    const std::int64_t room = reader.size() / kElementBytes[precision];
    if (rows > 0 && std::int64_t{columns} > room / std::int64_t{rows}) {
      return Truncated(path, at, INT64_MAX, reader.size());
    }
    const std::int64_t end = at + 20 + std::int64_t{name_bytes} +
                             std::int64_t{rows} * std::int64_t{columns} * kElementBytes[precision] *
                                 (1 + std::int64_t{is_complex});
    if (end > reader.size()) return Truncated(path, at, end, reader.size());
    at = end;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckMatlabLayout(const std::string& path, bool is_version_4) {
  IntegerReader reader(path);
  return is_version_4 ? CheckVersion4(path, reader) : CheckVersion5(path, reader);
}

}  // namespace brainalign
