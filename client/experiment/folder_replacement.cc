#include "client/experiment/folder_replacement.h"

#include <unistd.h>

#include <system_error>

#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

namespace fs = std::filesystem;

absl::Status CannotWriteFolder(const fs::path& path, const std::error_code& error) {
  return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot write ", path.string()));
}

}  // namespace

FolderReplacement::FolderReplacement(const fs::path& path)
    : path_(path), part_(absl::StrCat(path.string(), ".", getpid(), ".part")) {}

FolderReplacement::~FolderReplacement() {
  std::error_code ignored;
  fs::remove_all(part_, ignored);
  // Nothing is removed that is in use by now, as after Commit.
  for (auto parent = made_parents_.rbegin(); parent != made_parents_.rend(); ++parent) {
    fs::remove(*parent, ignored);
  }
}

absl::Status FolderReplacement::Make() {
  std::error_code error;
  std::vector<fs::path> missing;
  for (fs::path parent = path_.parent_path(); !parent.empty() && !fs::exists(parent, error);
       parent = parent.parent_path()) {
    missing.push_back(parent);
  }
  for (; !error && !missing.empty(); missing.pop_back()) {
    if (fs::create_directory(missing.back(), error)) made_parents_.push_back(missing.back());
  }
  if (!error && !fs::create_directory(part_, error) && !error) {
    error = std::make_error_code(std::errc::file_exists);
  }
  return error ? CannotWriteFolder(part_, error) : absl::OkStatus();
}

absl::Status FolderReplacement::Commit() {
  std::error_code error;
  fs::rename(part_, path_, error);
  return error ? CannotWriteFolder(path_, error) : absl::OkStatus();
}

}  // namespace brainalign
