#ifndef BRAINALIGN_TESTS_DURABILITY_FAULTS_DISK_MODEL_H_
#define BRAINALIGN_TESTS_DURABILITY_FAULTS_DISK_MODEL_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/durability/faults/disk_shim_control.h"

namespace brainalign {

// One thing that was done to a file, read from a trace.
struct DiskEvent {
  DiskTraceRecord record;
  std::string path;  // relative to the folder
  std::string data;  // kRename, kLink: the new path, relative to the folder
};

// Everything in a trace file about the folder `folder`.
std::vector<DiskEvent> ReadDiskTrace(const std::string& trace_path, const std::string& folder);

// Files and folders by their relative path; a folder has no content.
using DiskImage = std::map<std::string, std::optional<std::string>>;

DiskImage ReadDiskImage(const std::string& folder);
void WriteDiskImage(const DiskImage& image, const std::string& folder);

// What a disk holds, and what of it would survive a power cut. It keeps no promise
// that it did not make: bytes of a file survive from the last sync of the file on, a
// name from the last sync of its folder on. After a failed sync the bytes since the
// sync before are lost, whatever is synced later.
class DiskModel {
 public:
  DiskModel() = default;
  // Begins with files that are safe.
  explicit DiskModel(const DiskImage& image);

  void Apply(const DiskEvent& event);

  // What programs find now.
  DiskImage Present() const;
  // After a cut now, if the disk kept nothing that it need not keep.
  DiskImage Durable() const;
  // The same if it kept some of it: the first changes of names, and of each file
  // nothing, all, the first writes, or some sectors. `seed` says what.
  DiskImage Torn(std::uint64_t seed) const;

 private:
  struct Edit {
    std::int64_t offset_bytes = 0;  // or the size to cut to
    std::optional<std::string> bytes;
  };
  struct File {
    bool is_folder = false;
    std::int64_t size_bytes = 0;
    std::string durable;
    std::vector<Edit> pending;
  };
  using FilePtr = std::shared_ptr<File>;
  struct Name {
    std::string path;
    FilePtr file;  // null: removed
  };
  using Names = std::map<std::string, FilePtr>;

  static void Perform(const Edit& edit, std::string& bytes);
  static DiskImage MakeImage(const Names& names,
                             const std::map<const File*, std::string>& contents);
  void SetName(const std::string& path, const FilePtr& file);
  void Open(const DiskEvent& event);
  void AddEdit(const DiskEvent& event, std::optional<std::string> bytes);
  void Sync(const DiskEvent& event);

  Names names_;
  Names durable_names_;
  std::vector<Name> pending_names_;
  std::map<std::pair<std::uint32_t, std::int32_t>, FilePtr> open_;  // by process, descriptor
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_FAULTS_DISK_MODEL_H_
