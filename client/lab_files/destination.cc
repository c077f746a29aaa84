#include "client/lab_files/destination.h"

#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/experiment/vector_files.h"

namespace brainalign {

namespace fs = std::filesystem;

absl::Status IsThereAlready(const std::string& dir, const std::string& name) {
  return absl::AlreadyExistsError(
      absl::StrCat(FilePath(dir, name), " is there already; remove it, or choose another folder"));
}

absl::StatusOr<std::unique_ptr<Destination>> Destination::Create(const std::string& dir) {
  std::error_code error;
  fs::path path = fs::absolute(dir).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // a slash at the end
  const fs::file_status found = fs::status(path, error);
  const bool is_there = fs::exists(found);
  if (is_there && !fs::is_directory(found)) {
    return absl::AlreadyExistsError(
        absl::StrCat(dir, " is a file; give the folder that the experiment is to be in"));
  }
  const bool is_empty = is_there && fs::is_empty(path, error) && !error;
  std::unique_ptr<Destination> destination(new Destination(path, !is_there || is_empty));
  if (absl::Status status = destination->replacement_.Make(); !status.ok()) return status;
  return destination;
}

absl::Status Destination::Commit() { return is_new_ ? replacement_.Commit() : Add(); }

absl::Status Destination::Add() {
  std::error_code error;
  std::vector<fs::path> added;
  absl::Status status;
  for (const fs::directory_entry& entry : fs::directory_iterator(replacement_.part(), error)) {
    const fs::path to = dir_ / entry.path().filename();
    // A hard link replaces nothing.
    fs::create_hard_link(entry.path(), to, error);
    if (error == std::errc::file_exists) {
      status = IsThereAlready(dir_.string(), to.filename().string());
    } else if (error) {
      status = absl::ErrnoToStatus(error.value(), absl::StrCat("cannot write ", to.string()));
    }
    if (!status.ok()) break;
    added.push_back(to);
  }
  if (status.ok() && error) {
    status = absl::ErrnoToStatus(error.value(), absl::StrCat("cannot read ", folder()));
  }
  if (status.ok()) return status;
  for (const fs::path& path : added) fs::remove(path, error);
  return status;
}

}  // namespace brainalign
