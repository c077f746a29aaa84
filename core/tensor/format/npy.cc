#include "core/tensor/format/npy.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/tensor/file_replacement.h"
#include "core/tensor/format/npy_header.h"
#include "core/tensor/mapped_file.h"

namespace brainalign {
namespace {

absl::Status Bad(const std::string& path, absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat(path, " ", reason));
}

}  // namespace

absl::StatusOr<Tensor> OpenNpy(const std::string& path) {
  absl::StatusOr<std::shared_ptr<const MappedFile>> file = MappedFile::Open(path);
  if (!file.ok()) return file.status();
  absl::StatusOr<NpyHeader> header = ParseNpyHeader((*file)->data(), (*file)->size_bytes());
  if (absl::Status status = (*file)->CheckReadable(); !status.ok()) return status;
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
  return Tensor::OfFile(std::move(header->spec), *std::move(file), header->data_offset);
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
