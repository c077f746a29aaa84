#include "core/tensor/format/foreign_bytes.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace brainalign {
namespace {

// Names of a zip archive's first members stand in its first bytes.
constexpr std::int64_t kLookedAt = 4096;

struct Beginning {
  absl::string_view bytes;
  const char* what;
};
constexpr Beginning kBeginnings[] = {
    {"\x89HDF\r\n\x1a\n", "an HDF5 file, as .h5 and MATLAB 7.3 files are"},
    {"MATLAB 5.0", "a MATLAB file"},
    {"\x1f\x8b", "compressed with gzip"},
    {"\x28\xb5\x2f\xfd", "compressed with zstd"},
    {"\xfd"
     "7zXZ",
     "compressed with xz"},
    {"BZh", "compressed with bzip2"},
};

std::string DescribeZip(absl::string_view bytes) {
  if (absl::StrContains(bytes, "data.pkl")) return "a file of torch.save";
  if (absl::StrContains(bytes, ".npy")) return "an archive of numpy.savez";
  return "a zip archive";
}

// The length of a header, then JSON.
bool IsSafetensors(absl::string_view bytes) {
  return bytes.size() > 9 && bytes[8] == '{' && bytes[7] == '\0' && bytes[6] == '\0';
}

}  // namespace

std::string DescribeForeignBytes(const std::byte* data, std::int64_t size_bytes,
                                 const std::string& expected) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data),
                                static_cast<std::size_t>(std::min(size_bytes, kLookedAt)));
  for (const Beginning& known : kBeginnings) {
    if (absl::StartsWith(bytes, known.bytes)) return known.what;
  }
  if (absl::StartsWith(bytes, "PK\x03\x04")) return DescribeZip(bytes);
  if (bytes.size() > 2 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5) {
    return "a Python pickle, which is never read";
  }
  if (expected != ".npy" && absl::StartsWith(bytes, "\x93NUMPY")) return "a .npy file";
  if (expected != ".safetensors" && IsSafetensors(bytes)) return "a .safetensors file";
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(bytes);
  if (absl::StartsWithIgnoreCase(text, "<!doctype html") ||
      absl::StartsWithIgnoreCase(text, "<html")) {
    return "a web page";
  }
  return "";
}

std::string QuoteForeignText(absl::string_view text) {
  constexpr std::size_t kLongest = 60;
  return absl::StrCat("'", absl::CHexEscape(text.substr(0, kLongest)),
                      text.size() > kLongest ? "...'" : "'");
}

}  // namespace brainalign
