#include "client/lab_files/lab_file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/experiment/layer_order.h"
#include "client/experiment/unfetched_file.h"

namespace brainalign {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMatlabHeaderBytes = 128;

// The signature of HDF5 stands at 0, 512, 1024, 2048, ...
bool HasHdf5Signature(std::ifstream& file) {
  constexpr char kSignature[] = "\x89HDF\r\n\x1a\n";
  constexpr std::int64_t kLast = std::int64_t{1} << 24;
  for (std::int64_t at = 0; at <= kLast; at = at == 0 ? 512 : 2 * at) {
    char found[8] = {};
    file.clear();
    file.seekg(at);
    if (!file.read(found, sizeof found)) return false;
    if (std::memcmp(found, kSignature, sizeof found) == 0) return true;
  }
  return false;
}

// Files of version 4 begin with a number of four decimal digits, MOPT, in either byte order.
bool MayBeVersion4(const std::string& begin) {
  if (begin.size() < 20) return false;
  std::uint32_t little = 0;
  std::uint32_t big = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto byte = static_cast<unsigned char>(begin[i]);
    little |= std::uint32_t{byte} << (8 * i);
    big = big << 8 | byte;
  }
  const auto is_type = [](std::uint32_t mopt) { return mopt % 10 <= 2 && mopt / 10 % 10 <= 5; };
  return (little < 100 && is_type(little)) || (big >= 1000 && big < 1100 && is_type(big));
}

}  // namespace

const char kRefusedComplex[] =
    "holds complex numbers, but real numbers are needed; save its real part or its magnitude";
const char kRefusedSparse[] = "is a sparse matrix; save full(x) of it";
const char kRefusedCell[] =
    "is a cell array, but arrays of numbers are needed; save each cell as a variable of its own";
const char kRefusedText[] = "holds text, but numbers are needed";
const char kRefusedOther[] = "holds no array of numbers";
const char kRefusedEmpty[] = "is empty";

std::string LabFile::NameOf(const std::string& variable) const {
  return absl::StrCat("variable ", QuoteName(variable), " of ", path_);
}

absl::StatusOr<std::unique_ptr<LabFile>> LabFile::Open(const std::string& path) {
  if (absl::Status status = CheckFetched(path); !status.ok()) return status;
  std::error_code error;
  const fs::file_status found = fs::status(path, error);
  if (found.type() == fs::file_type::not_found) {
    return absl::NotFoundError(absl::StrCat(path, " is not there"));
  }
  const auto cannot_read = [&path](int number) {
    return absl::ErrnoToStatus(number, absl::StrCat("cannot read ", path));
  };
  if (!fs::status_known(found)) return cannot_read(error.value());
  if (!fs::is_regular_file(found)) {
    return absl::FailedPreconditionError(absl::StrCat(path, " is no file that can be read"));
  }
  if (access(path.c_str(), R_OK) != 0) return cannot_read(errno);
  std::ifstream file(path, std::ios::binary);
  if (file.peek() == std::ifstream::traits_type::eof()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is empty, it has 0 bytes; copy it again"));
  }
  std::string begin(kMatlabHeaderBytes, '\0');
  file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  begin.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  if (HasHdf5Signature(file)) {
    const bool is_matlab =
        absl::StartsWith(begin, "MATLAB 7.3") || absl::EndsWithIgnoreCase(path, ".mat");
    return OpenHdf5(path, is_matlab);
  }
  const bool has_order_mark = begin.size() == kMatlabHeaderBytes &&
                              (absl::EndsWith(begin, "IM") || absl::EndsWith(begin, "MI"));
  if (has_order_mark) return OpenOldMatlab(path, /*is_version_4=*/false);
  if (absl::EndsWithIgnoreCase(path, ".mat") && MayBeVersion4(begin)) {
    return OpenOldMatlab(path, /*is_version_4=*/true);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      path, " is neither a MATLAB file (.mat of version 4, 5 or 7.3) nor an HDF5 file; give one"));
}

}  // namespace brainalign
