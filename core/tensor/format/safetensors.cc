#include "core/tensor/format/safetensors.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/tensor/file_replacement.h"
#include "core/tensor/format/foreign_bytes.h"
#include "core/tensor/format/safetensors_header.h"
#include "core/tensor/mapped_file.h"

namespace brainalign {

absl::StatusOr<std::vector<NamedTensor>> OpenSafetensors(const std::string& path) {
  const absl::StatusOr<std::shared_ptr<const MappedFile>> file = MappedFile::Open(path);
  if (!file.ok()) return file.status();
  absl::StatusOr<std::vector<SafetensorsEntry>> entries =
      ParseSafetensorsHeader((*file)->data(), (*file)->size_bytes());
  const std::string foreign =
      entries.ok() ? ""
                   : DescribeForeignBytes((*file)->data(), (*file)->size_bytes(), ".safetensors");
  if (absl::Status status = (*file)->CheckReadable(); !status.ok()) return status;
  if (!foreign.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is ", foreign, "; save the tensors with safetensors (save_file)"));
  }
  if (!entries.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, " ", entries.status().message()));
  }
  std::vector<NamedTensor> tensors;
  tensors.reserve(entries->size());
  for (SafetensorsEntry& entry : *entries) {
    tensors.push_back(
        {std::move(entry.name), Tensor::OfFile(std::move(entry.spec), *file, entry.data_offset)});
  }
  return tensors;
}

absl::Status WriteSafetensors(const std::string& path, const std::vector<NamedTensor>& tensors) {
  std::vector<SafetensorsEntry> entries;
  for (const NamedTensor& named : tensors) {
    if (!named.tensor.is_dense()) {
      return absl::InvalidArgumentError(absl::StrCat("cannot write ", path, ": tensor '",
                                                     named.name,
                                                     "' is a slice whose elements lie apart"));
    }
    entries.push_back({named.name, named.tensor.spec(), 0});
  }
  const absl::StatusOr<std::string> header = EncodeSafetensorsHeader(entries);
  if (!header.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot write ", path, ": ", header.status().message()));
  }
  absl::StatusOr<std::unique_ptr<FileReplacement>> file = FileReplacement::Create(path);
  if (!file.ok()) return file.status();
  absl::Status status = (*file)->Append(header->data(), static_cast<std::int64_t>(header->size()));
  for (const NamedTensor& named : tensors) {
    if (status.ok()) status = (*file)->Append(named.tensor.data(), named.tensor.size_bytes());
  }
  if (status.ok()) status = (*file)->Commit();
  return status;
}

}  // namespace brainalign
