#ifndef BRAINALIGN_CLIENT_LAB_FILES_ARRAY_FILE_H_
#define BRAINALIGN_CLIENT_LAB_FILES_ARRAY_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/lab_files/lab_file.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// A new file whose elements are written in any order: mapped, so that memory holds only what the
// system has not written to the disk yet.
class ArrayFile {
 public:
  // Makes `path`, with `header` and room for `data_bytes` after it. Errors are the system's and
  // name the path; ALREADY_EXISTS if it is there.
  static absl::StatusOr<std::unique_ptr<ArrayFile>> Create(const std::string& path,
                                                           const std::string& header,
                                                           std::int64_t data_bytes);
  ~ArrayFile();
  ArrayFile(const ArrayFile&) = delete;
  ArrayFile& operator=(const ArrayFile&) = delete;

  std::byte* data() { return mapped_ + header_bytes_; }

  // Leaves what was written so far to the system, so that it is no memory of this process.
  void LetGo();

  // Synchronises the bytes. To be called last.
  absl::Status Finish();

 private:
  ArrayFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  const std::string path_;
  const int fd_;
  std::byte* mapped_ = nullptr;
  std::size_t mapped_bytes_ = 0;
  std::int64_t header_bytes_ = 0;
};

// Where a variable's elements go.
struct ElementTarget {
  std::byte* data = nullptr;
  DType dtype = DType::kF32;
  // Of each of the variable's axes: distance of neighbours, in elements.
  std::vector<std::int64_t> strides;
};

// Copies a block, whose elements are of type `from` and lie in the order `order`. A value that
// the target's type does not hold exactly, as text; nothing if all are held.
std::optional<std::string> CopyBlock(const LabBlock& block, ElementType from, Order order,
                                     const ElementTarget& target);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_LAB_FILES_ARRAY_FILE_H_
