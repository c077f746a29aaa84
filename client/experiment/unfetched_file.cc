#include "client/experiment/unfetched_file.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace brainalign {
namespace {

// git-annex takes no file above this for a pointer, and Git LFS none above 1 KiB.
constexpr std::uintmax_t kLargestPointerBytes = 32768;
constexpr char kLfsPointer[] = "version https://git-lfs.github.com/spec/";
constexpr char kAnnexObjects[] = "/annex/objects/";

absl::Status NotFetched(const std::string& path, const std::string& what,
                        const std::string& commands) {
  return absl::FailedPreconditionError(
      absl::StrCat(path, " is ", what, "; its data was not fetched: run ", commands));
}

std::string AnnexCommands(const std::string& path) {
  return absl::StrCat("git annex get ", path, ", or datalad get ", path);
}

// A pointer file of git-annex holds "/annex/objects/KEY"; a link of it, checked out as a text,
// "../.git/annex/objects/...".
bool IsAnnexPointer(absl::string_view text) {
  return absl::StartsWith(text, kAnnexObjects) ||
         (absl::StartsWith(text, ".") && absl::StrContains(text, kAnnexObjects));
}

}  // namespace

absl::Status CheckFetched(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::is_symlink(fs::symlink_status(path, error)) &&
      fs::status(path, error).type() == fs::file_type::not_found) {
    const std::string target = fs::read_symlink(path, error).string();
    const std::string what =
        absl::StrCat("a link to ", absl::Utf8SafeCHexEscape(target), ", where there is nothing");
    if (absl::StrContains(target, kAnnexObjects)) {
      return NotFetched(path, absl::StrCat(what, " (git-annex)"), AnnexCommands(path));
    }
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is ", what, "; fetch the data, or remove the link"));
  }
  if (!fs::is_regular_file(path, error)) return absl::OkStatus();
  const std::uintmax_t size = fs::file_size(path, error);
  if (error || size > kLargestPointerBytes) return absl::OkStatus();
  std::string text(sizeof kLfsPointer + 200, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (absl::StartsWith(text, kLfsPointer)) {
    return NotFetched(path, "a pointer of Git LFS", "git lfs pull in its folder");
  }
  if (IsAnnexPointer(text)) return NotFetched(path, "a pointer of git-annex", AnnexCommands(path));
  return absl::OkStatus();
}

absl::Status CheckUnread(const std::string& path) {
  namespace fs = std::filesystem;
  if (absl::Status status = CheckFetched(path); !status.ok()) return status;
  std::error_code error;
  if (fs::is_directory(path, error)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is a folder, and should be a file; replace it, or remove it"));
  }
  if (!fs::is_regular_file(path, error)) return absl::OkStatus();
  if (!std::ifstream(path, std::ios::binary)) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " cannot be read; give yourself the permission to read it, or remove it"));
  }
  if (!fs::is_empty(path, error)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(path, " is empty, as after a copy that failed; replace it, or remove it"));
}

}  // namespace brainalign
