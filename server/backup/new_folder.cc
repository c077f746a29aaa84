#include "server/backup/new_folder.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/files/file.h"
#include "server/rows/digest.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

namespace fs = std::filesystem;

// A mark in an unfinished folder of ours, so that no other folder is removed.
constexpr char kMark[] = "/.brainalignd-unfinished";

// Syncs every folder below and including `path`.
absl::Status SyncFolders(const std::string& path) {
  std::error_code error;
  for (fs::recursive_directory_iterator it(path, error), end; !error && it != end;
       it.increment(error)) {
    if (!it->is_directory(error)) continue;
    if (absl::Status status = SyncDirectory(it->path().string()); !status.ok()) return status;
  }
  if (error) return SystemError(error.value(), "listing", path);
  return SyncDirectory(path);
}

std::string ParentOf(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

}  // namespace

absl::StatusOr<NewFolder> NewFolder::Begin(const std::string& asked) {
  std::string folder = asked;
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  std::error_code error;
  if (fs::exists(folder, error) &&
      !(fs::is_directory(folder, error) && fs::is_empty(folder, error))) {
    return WithReason(absl::AlreadyExistsError(absl::StrCat(
                          folder, " is there already; name a folder that is not, or is empty")),
                      "FOLDER_EXISTS", {{"folder", folder}});
  }
  std::string partial = folder + ".partial";
  const std::string mark = partial + kMark;
  if (fs::exists(partial, error) && !fs::exists(mark, error) && !fs::is_empty(partial, error)) {
    return WithReason(
        absl::AlreadyExistsError(absl::StrCat(
            partial,
            " is there already, but not from an earlier attempt; move it away, or name another "
            "folder than ",
            folder)),
        "FOLDER_EXISTS", {{"folder", partial}});
  }
  fs::remove_all(partial, error);
  if (error) return SystemError(error.value(), "removing the rest of an earlier attempt,", partial);
  if (absl::Status status = MakeDirectory(partial); !status.ok()) return status;
  if (!std::ofstream(mark)) return SystemError(errno, "making", mark);
  return NewFolder(std::move(folder), std::move(partial));
}

absl::Status NewFolder::Finish() {
  std::error_code error;
  fs::remove(path_ + kMark, error);
  if (error) return SystemError(error.value(), "removing", path_ + kMark);
  if (absl::Status status = SyncFolders(path_); !status.ok()) return status;
  if (absl::Status status = Rename(path_, folder_); !status.ok()) return status;
  return SyncDirectory(ParentOf(folder_));
}

absl::StatusOr<std::string> CopyFile(const std::string& from, const std::string& to,
                                     std::int64_t size_bytes) {
  auto source = File::OpenToRead(from);
  if (!source.ok()) return source.status();
  auto target = File::OpenToWrite(to);
  if (!target.ok()) return target.status();
  Sha256 sha;
  std::vector<char> buffer(std::size_t{1} << 20);
  for (std::int64_t done = 0; done < size_bytes;) {
    const auto step = static_cast<std::size_t>(
        std::min<std::int64_t>(static_cast<std::int64_t>(buffer.size()), size_bytes - done));
    if (absl::Status status = source->ReadAt(done, buffer.data(), step); !status.ok()) {
      return status;
    }
    if (absl::Status status = target->WriteAt(done, buffer.data(), step); !status.ok()) {
      return status;
    }
    sha.Update(buffer.data(), step);
    done += static_cast<std::int64_t>(step);
  }
  if (absl::Status status = target->Sync(); !status.ok()) return status;
  return absl::BytesToHexString(sha.Finish());
}

}  // namespace brainalign
