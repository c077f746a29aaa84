#include "client/experiment/destination.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/experiment/unfetched_file.h"
#include "client/experiment/vector_files.h"

namespace brainalign {

namespace fs = std::filesystem;

namespace {

// Moves a file, and replaces nothing.
std::error_code MoveTo(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_hard_link(from, to, error);
  const bool has_no_links =
      error == std::errc::operation_not_permitted || error == std::errc::operation_not_supported;
  if (!has_no_links) return error;
  // As on a memory stick.
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  return std::error_code(errno, std::generic_category());
}

}  // namespace

absl::Status IsThereAlready(const std::string& dir, const std::string& name) {
  return absl::AlreadyExistsError(
      absl::StrCat(FilePath(dir, name), " is there already; remove it, or choose another folder"));
}

absl::StatusOr<std::unique_ptr<Destination>> Destination::Create(const std::string& dir) {
  if (dir.empty()) return absl::InvalidArgumentError("the name of the folder to write is empty");
  fs::path named = dir;
  if (!named.has_filename()) named = named.parent_path();  // a slash at the end
  // A link to nothing is refused.
  if (absl::Status status = CheckFetched(named.string()); !status.ok()) return status;
  std::error_code error;
  const fs::file_status found = fs::status(named, error);
  const bool is_there = fs::exists(found);
  fs::path path = fs::absolute(named, error);
  if (error) return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot write ", dir));
  // An existing folder is used by its given path, because x/.. can be another folder if x is a
  // link.
  if (!is_there) path = path.lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // "x/." of a new one
  if (is_there && !fs::is_directory(found)) {
    return absl::AlreadyExistsError(
        absl::StrCat(dir, " is a file; give the folder that the experiment is to be in"));
  }
  std::unique_ptr<Destination> destination(new Destination(path, !is_there));
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
    error = MoveTo(entry.path(), to);
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
