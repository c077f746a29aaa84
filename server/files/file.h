#ifndef BRAINALIGN_SERVER_FILES_FILE_H_
#define BRAINALIGN_SERVER_FILES_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace brainalign {

// The system's error as a status that names what was being done and the path.
// RESOURCE_EXHAUSTED where the disk or the quota is full.
absl::Status SystemError(int error, const std::string& doing, const std::string& path);

// An open file. Closed with the object.
class File {
 public:
  // Opens for reading; NOT_FOUND if there is no such file.
  static absl::StatusOr<File> OpenToRead(const std::string& path);
  // Opens the file for reading and writing. Makes it, for this user only, if it does not exist.
  static absl::StatusOr<File> OpenToWrite(const std::string& path);

  File() = default;
  ~File();
  File(File&& other) noexcept : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept;

  absl::StatusOr<std::int64_t> SizeInBytes() const;
  // Writes all bytes or fails. After a failure call Truncate.
  absl::Status WriteAt(std::int64_t offset_bytes, const void* data, std::size_t size_bytes);
  // DATA_LOSS if the file ends before.
  absl::Status ReadAt(std::int64_t offset_bytes, void* data, std::size_t size_bytes) const;
  // Tells the system that these bytes need not stay in the page cache.
  void DropFromMemory(std::int64_t offset_bytes, std::int64_t size_bytes) const;
  // Asks the system to begin to write the bytes to the disk. Promises nothing: a Sync then
  // has less to wait for.
  void StartWriteback(std::int64_t offset_bytes, std::int64_t size_bytes) const;
  absl::Status Truncate(std::int64_t size_bytes);
  // Returns once the bytes are on disk. After a failure nothing is known about
  // any byte written before: the file is to be given up.
  absl::Status Sync();

 private:
  File(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  std::string path_;
  int fd_ = -1;
};

// Makes the folder and its missing parents, for this user only, durably.
absl::Status MakeDirectory(const std::string& path);
// Makes creations, renames and removals in a folder durable.
absl::Status SyncDirectory(const std::string& path);
absl::Status Rename(const std::string& from, const std::string& to);
// No error if there is no such file.
absl::Status Remove(const std::string& path);
// Bytes that a program without privileges can still write on the disk of `path`.
absl::StatusOr<std::int64_t> FreeBytes(const std::string& path);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_FILES_FILE_H_
