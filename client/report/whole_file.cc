#include "client/report/whole_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "core/tensor/file_replacement.h"

namespace brainalign {
namespace {

absl::Status Failure(const std::string& path, int error) {
  return absl::ErrnoToStatus(error, absl::StrCat("cannot write ", path));
}

// A pipe or a device, which no file can take the place of.
bool IsSpecial(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

absl::StatusOr<std::unique_ptr<FileReplacement>> Replace(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return Failure(path, EISDIR);
    // Renaming would get round a file's own permissions.
    if (access(path.c_str(), W_OK) != 0) return Failure(path, errno);
  }
  // A symbolic link stays, and what it leads to is replaced.
  std::error_code error;
  const std::filesystem::path target = std::filesystem::canonical(path, error);
  return FileReplacement::Create(error ? path : target.string());
}

}  // namespace

absl::Status CheckReplaceable(const std::string& path, const std::string& beginning) {
  if (absl::Status status = CheckWritable(path); !status.ok()) return status;
  std::ifstream file(path, std::ios::binary);
  if (IsSpecial(path) || !file) return absl::OkStatus();
  std::string found(beginning.size(), '\0');
  file.read(found.data(), static_cast<std::streamsize>(found.size()));
  found.resize(static_cast<std::size_t>(file.gcount()));
  if (found.empty() || found == beginning) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat(path,
                   " is there already and is no file that this command writes; name another file, "
                   "or remove it"));
}

absl::Status CheckWritable(const std::string& path) {
  if (IsSpecial(path)) {
    return access(path.c_str(), W_OK) == 0 ? absl::OkStatus() : Failure(path, errno);
  }
  return Replace(path).status();
}

absl::Status WriteWholeFile(const std::string& path, const std::string& text) {
  if (IsSpecial(path)) {
    std::ofstream file(path, std::ios::binary);
    file << text << std::flush;
    return file ? absl::OkStatus() : Failure(path, errno != 0 ? errno : EIO);
  }
  struct stat before;
  const bool is_there = stat(path.c_str(), &before) == 0;
  absl::StatusOr<std::unique_ptr<FileReplacement>> file = Replace(path);
  if (!file.ok()) return file.status();
  absl::Status status = (*file)->Append(text.data(), static_cast<std::int64_t>(text.size()));
  if (status.ok()) status = (*file)->Commit();
  // Whoever may read a file may read what takes its place.
  if (status.ok() && is_there && chmod(path.c_str(), before.st_mode & ACCESSPERMS) != 0) {
    return Failure(path, errno);
  }
  return status;
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  std::error_code no_matter;
  if (std::filesystem::is_directory(path, no_matter)) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot read ", path, ": it is a folder; name a file"));
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  if (!file.is_open() || file.bad() || (text.empty() && errno != 0)) {
    return absl::ErrnoToStatus(errno != 0 ? errno : EIO, absl::StrCat("cannot read ", path));
  }
  return text;
}

}  // namespace brainalign
