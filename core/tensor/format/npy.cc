#include "core/tensor/format/npy.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/tensor/file_replacement.h"
#include "core/tensor/format/foreign_bytes.h"
#include "core/tensor/format/npy_header.h"
#include "core/tensor/mapped_file.h"

namespace brainalign {
namespace {

absl::Status Bad(const std::string& path, absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat(path, " ", reason));
}

// The integers of `header` in `file` as i64.
absl::StatusOr<Tensor> Widen(const std::string& path, const MappedFile& file, NpyHeader header) {
  const std::byte* source = file.data() + header.data_offset;
  const std::int64_t size = std::abs(header.narrow_bytes);
  const std::int64_t count = header.data_bytes / size;
  std::vector<std::byte> bytes(static_cast<std::size_t>(count) * sizeof(std::int64_t));
  for (std::int64_t i = 0; i < count; ++i) {
    std::uint64_t bits = 0;
    for (std::int64_t b = 0; b < size; ++b) {
      bits |= std::to_integer<std::uint64_t>(source[i * size + b]) << (8 * b);
    }
    if (header.narrow_bytes == 8 && bits > static_cast<std::uint64_t>(INT64_MAX)) {
      return Bad(path, absl::StrCat("holds ", bits, " at index ", i, "; at most 2^63 - 1 is read"));
    }
    if (header.narrow_bytes == -1 && bits >= 0x80) bits |= ~std::uint64_t{0xFF};
    std::memcpy(bytes.data() + i * 8, &bits, sizeof bits);
  }
  if (absl::Status status = file.CheckReadable(); !status.ok()) return status;
  return Tensor::FromBytes(std::move(header.spec), std::move(bytes));
}

absl::StatusOr<Tensor> Open(const std::string& path, NpyElements elements) {
  absl::StatusOr<std::shared_ptr<const MappedFile>> file = MappedFile::Open(path);
  if (!file.ok()) return file.status();
  const std::byte* data = (*file)->data();
  absl::StatusOr<NpyHeader> header = ParseNpyHeader(data, (*file)->size_bytes(), elements);
  const std::string foreign =
      header.ok() ? "" : DescribeForeignBytes(data, (*file)->size_bytes(), ".npy");
  if (absl::Status status = (*file)->CheckReadable(); !status.ok()) return status;
  if (!foreign.empty()) {
    return Bad(path, absl::StrCat("is ", foreign, "; save the array with numpy.save"));
  }
  if (!header.ok()) return Bad(path, header.status().message());
  const std::int64_t needed = header->data_bytes;
  const std::int64_t found = (*file)->size_bytes() - header->data_offset;
  if (found < needed) {
    return Bad(path, absl::StrCat("is truncated: its header says ", Describe(header->spec), ", ",
                                  needed, " bytes, but only ", found, " follow"));
  }
  if (found > needed) {
    return Bad(
        path, absl::StrCat("has ", found - needed, " bytes too many: its header says ",
                           Describe(header->spec), ", ", needed, " bytes, but ", found, " follow"));
  }
  if (header->narrow_bytes != 0) return Widen(path, **file, *std::move(header));
  return Tensor::OfFile(std::move(header->spec), *std::move(file), header->data_offset);
}

}  // namespace

absl::StatusOr<Tensor> OpenNpy(const std::string& path) {
  return Open(path, NpyElements::kOfTensors);
}

absl::StatusOr<Tensor> OpenNpyOfNumbers(const std::string& path) {
  return Open(path, NpyElements::kAnyNumber);
}

absl::Status WriteNpy(const std::string& path, const Tensor& tensor) {
  if (!tensor.is_dense()) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot write ", path, ": the tensor is a slice whose elements lie apart"));
  }
  const absl::StatusOr<std::string> header = EncodeNpyHeader(tensor.spec());
  if (!header.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot write ", path, ": ", header.status().message()));
  }
  absl::StatusOr<std::unique_ptr<FileReplacement>> file = FileReplacement::Create(path);
  if (!file.ok()) return file.status();
  absl::Status status = (*file)->Append(header->data(), static_cast<std::int64_t>(header->size()));
  if (status.ok()) status = (*file)->Append(tensor.data(), tensor.size_bytes());
  if (status.ok()) status = (*file)->Commit();
  return status;
}

}  // namespace brainalign
