#ifndef BRAINALIGN_CORE_TENSOR_MAPPED_FILE_H_
#define BRAINALIGN_CORE_TENSOR_MAPPED_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/tensor/mapped_range.h"

namespace brainalign {

// A regular file mapped read-only into memory; unmapped with the last owner. A page that cannot be
// read ends the process, or with InstallMappedFaultHandler reads as zeros. Therefore call
// CheckReadable after reading, before results computed from the bytes count.
class MappedFile {
 public:
  // NOT_FOUND if there is no such file, FAILED_PRECONDITION if it is not a
  // regular file, otherwise the system's error; each names the path.
  static absl::StatusOr<std::shared_ptr<const MappedFile>> Open(const std::string& path);

  // The regular file of an open descriptor, which the caller closes: the mapping outlives it. For a
  // file without a name, `name` is what messages call it. Errors as above.
  static absl::StatusOr<std::shared_ptr<const MappedFile>> OfDescriptor(int fd,
                                                                        const std::string& name);

  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::byte* data() const { return data_; }
  std::int64_t size_bytes() const { return size_bytes_; }
  const std::string& path() const { return path_; }

  // OK if everything so far could be read; after a failure always FAILED_PRECONDITION, with the
  // path and the byte offset of a page that could not be read.
  absl::Status CheckReadable() const;

 private:
  MappedFile(std::string path, const std::byte* data, std::int64_t size_bytes);

  const std::string path_;
  const std::byte* const data_;
  const std::int64_t size_bytes_;
  std::optional<MappedRange> range_;  // empty for an empty file
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TENSOR_MAPPED_FILE_H_
