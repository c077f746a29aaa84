#include "client/report/svg_conversion.h"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "core/printable.h"

namespace brainalign {
namespace {

// A file in memory that goes with this object. A child may write it while nobody reads.
class MemoryFile {
 public:
  explicit MemoryFile(const char* name) : descriptor_(memfd_create(name, MFD_CLOEXEC)) {}
  ~MemoryFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int descriptor() const { return descriptor_; }

  // Leaves the place of reading at the beginning.
  bool Fill(const std::string& bytes) const {
    std::size_t written = 0;
    while (written < bytes.size()) {
      const ssize_t count = write(descriptor_, bytes.data() + written, bytes.size() - written);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return false;
      written += static_cast<std::size_t>(count);
    }
    return lseek(descriptor_, 0, SEEK_SET) == 0;
  }

  std::string Contents() const {
    std::string bytes;
    std::array<char, 65536> piece;
    off_t place = 0;
    for (;;) {
      const ssize_t count = pread(descriptor_, piece.data(), piece.size(), place);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return bytes;
      bytes.append(piece.data(), static_cast<std::size_t>(count));
      place += count;
    }
  }

 private:
  const int descriptor_;
};

absl::Status NotInstalled() {
  return absl::FailedPreconditionError(
      "PNG and PDF are drawn by the program rsvg-convert, which is not installed. Install Debian's "
      "package librsvg2-bin, or write the figure with --svg.");
}

}  // namespace

const char kPngBeginning[] = "\x89PNG\r\n";
const char kPdfBeginning[] = "%PDF-";

absl::StatusOr<std::string> ConvertSvg(const std::string& svg, PictureFormat format) {
  const MemoryFile in("svg");
  const MemoryFile out("picture");
  const MemoryFile err("errors");
  if (in.descriptor() < 0 || out.descriptor() < 0 || err.descriptor() < 0 || !in.Fill(svg)) {
    return absl::ErrnoToStatus(errno, "cannot send the figure to rsvg-convert");
  }
  std::string program = "rsvg-convert";
  std::string wanted = format == PictureFormat::kPng ? "--format=png" : "--format=pdf";
  std::string across = "--dpi-x=300";
  std::string down = "--dpi-y=300";
  char* const arguments[] = {program.data(), wanted.data(), across.data(), down.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.descriptor(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.descriptor(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.descriptor(), STDERR_FILENO);
  pid_t child = 0;
  const int error = posix_spawnp(&child, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT) return NotInstalled();
  if (error != 0) return absl::ErrnoToStatus(error, "cannot start rsvg-convert");
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return absl::ErrnoToStatus(errno, "cannot wait for rsvg-convert");
  }
  std::string picture = out.Contents();
  if (status != 0 || picture.empty()) {
    return absl::InternalError(
        absl::StrCat("rsvg-convert did not draw the figure: ", Printable(err.Contents())));
  }
  return picture;
}

absl::Status CheckConversion() {
  return ConvertSvg("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"/>",
                    PictureFormat::kPng)
      .status();
}

}  // namespace brainalign
