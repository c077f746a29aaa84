#include "client/experiment/vector_files.h"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "client/experiment/unfetched_file.h"
#include "core/tensor/format/npy.h"
#include "core/tensor/mapped_file.h"

namespace brainalign {
namespace {

constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";  // of UTF-8, as some editors write it

absl::Status RefuseEmpty(const std::string& dir, const std::string& name, const Tensor& tensor,
                         const std::string& meaning) {
  if (tensor.element_count() > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(FilePath(dir, name), " is ",
                                                 Describe(tensor.spec()),
                                                 ", which has no entry; it must hold ", meaning));
}

absl::StatusOr<Tensor> OpenNumbers(const std::string& dir, const std::string& name) {
  const std::string path = FilePath(dir, name);
  if (absl::Status status = CheckFetched(path); !status.ok()) return status;
  return OpenNpyOfNumbers(path);
}

absl::StatusOr<Tensor> OpenVector(const std::string& dir, const std::string& name,
                                  const std::string& meaning) {
  absl::StatusOr<Tensor> tensor = OpenNumbers(dir, name);
  if (!tensor.ok()) return tensor.status();
  if (tensor->rank() != 1) {
    return absl::InvalidArgumentError(absl::StrCat(FilePath(dir, name), " is ",
                                                   Describe(tensor->spec()), "; it must hold ",
                                                   meaning, ", with one axis"));
  }
  if (absl::Status status = RefuseEmpty(dir, name, *tensor, meaning); !status.ok()) return status;
  return tensor;
}

absl::StatusOr<std::shared_ptr<const MappedFile>> OpenText(const std::string& dir,
                                                           const std::string& name) {
  const std::string path = FilePath(dir, name);
  if (absl::Status status = CheckFetched(path); !status.ok()) return status;
  return MappedFile::Open(path);
}

}  // namespace

std::string FilePath(const std::string& dir, const std::string& name) {
  return (std::filesystem::path(dir) / name).string();
}

bool HasFile(const std::string& dir, const std::string& name) {
  std::error_code ignored;
  return std::filesystem::symlink_status(FilePath(dir, name), ignored).type() !=
         std::filesystem::file_type::not_found;
}

absl::StatusOr<Tensor> OpenArray(const std::string& dir, const std::string& name,
                                 const std::string& meaning) {
  const std::string path = FilePath(dir, name);
  if (absl::Status status = CheckFetched(path); !status.ok()) return status;
  absl::StatusOr<Tensor> tensor = OpenNpy(path);
  if (!tensor.ok()) return tensor.status();
  if (absl::Status status = RefuseEmpty(dir, name, *tensor, meaning); !status.ok()) return status;
  return tensor;
}

absl::StatusOr<std::vector<double>> ReadVector(const std::string& dir, const std::string& name,
                                               const std::string& meaning) {
  const absl::StatusOr<Tensor> tensor = OpenVector(dir, name, meaning);
  if (!tensor.ok()) return tensor.status();
  std::vector<double> values = tensor->ToDoubles();
  if (absl::Status status = tensor->CheckReadable(); !status.ok()) return status;
  return values;
}

absl::StatusOr<std::vector<double>> ReadVectorOf(const std::string& dir, const std::string& name,
                                                 const std::string& meaning, std::size_t count,
                                                 const std::string& thing) {
  absl::StatusOr<std::vector<double>> values = ReadVector(dir, name, meaning);
  if (!values.ok() || values->size() == count) return values;
  return absl::InvalidArgumentError(absl::StrCat(FilePath(dir, name), " holds ", values->size(),
                                                 " numbers, but there are ", count, " ", thing,
                                                 "s; it must hold ", meaning));
}

absl::StatusOr<double> ReadNumber(const std::string& dir, const std::string& name,
                                  const std::string& meaning) {
  const absl::StatusOr<Tensor> tensor = OpenNumbers(dir, name);
  if (!tensor.ok()) return tensor.status();
  if (tensor->element_count() != 1) {
    return absl::InvalidArgumentError(absl::StrCat(FilePath(dir, name), " is ",
                                                   Describe(tensor->spec()), "; it must hold ",
                                                   meaning, ", a single number"));
  }
  const double number = tensor->At(0);
  if (absl::Status status = tensor->CheckReadable(); !status.ok()) return status;
  return number;
}

absl::StatusOr<std::vector<std::int64_t>> ReadWholeNumbers(const std::string& dir,
                                                           const std::string& name,
                                                           const std::string& meaning) {
  const absl::StatusOr<Tensor> tensor = OpenVector(dir, name, meaning);
  if (!tensor.ok()) return tensor.status();
  std::vector<std::int64_t> whole(static_cast<std::size_t>(tensor->element_count()));
  if (tensor->dtype() == DType::kI64) {  // a double would not hold each of them
    if (!whole.empty()) std::memcpy(whole.data(), tensor->data(), whole.size() * sizeof(whole[0]));
    if (absl::Status status = tensor->CheckReadable(); !status.ok()) return status;
    return whole;
  }
  const std::vector<double> values = tensor->ToDoubles();
  if (absl::Status status = tensor->CheckReadable(); !status.ok()) return status;
  constexpr double kLargest = 9007199254740992.0;  // 2^53: above, doubles skip integers
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(std::abs(values[i]) <= kLargest) || values[i] != std::trunc(values[i])) {
      return absl::InvalidArgumentError(absl::StrCat(FilePath(dir, name), " holds ", values[i],
                                                     " at index ", i, "; it must hold ", meaning,
                                                     ", in whole numbers"));
    }
    whole[i] = static_cast<std::int64_t>(values[i]);
  }
  return whole;
}

absl::StatusOr<std::vector<std::string>> ReadLines(const std::string& dir, const std::string& name,
                                                   const std::string& meaning) {
  const absl::StatusOr<std::shared_ptr<const MappedFile>> file = OpenText(dir, name);
  if (!file.ok()) return file.status();
  const std::string text(reinterpret_cast<const char*>((*file)->data()),
                         static_cast<std::size_t>((*file)->size_bytes()));
  if (absl::Status status = (*file)->CheckReadable(); !status.ok()) return status;
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(absl::StripPrefix(text, kByteOrderMark), '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (!line.empty()) lines.emplace_back(line);
  }
  if (lines.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(FilePath(dir, name), " is empty; it must hold ", meaning));
  }
  return lines;
}

}  // namespace brainalign
