#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/durability/faults/disk_model.h"

// Traces and images as files.

namespace brainalign {
namespace {

namespace fs = std::filesystem;

std::string ReadWhole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string Relative(const std::string& path, const std::string& folder) {
  if (path.rfind(folder, 0) != 0) return path;
  return path.size() == folder.size() ? "" : path.substr(folder.size() + 1);
}

}  // namespace

std::vector<DiskEvent> ReadDiskTrace(const std::string& trace_path, const std::string& folder) {
  const std::string bytes = ReadWhole(trace_path);
  std::vector<DiskEvent> events;
  for (std::size_t at = 0; at + sizeof(DiskTraceRecord) <= bytes.size();) {
    DiskEvent event;
    std::memcpy(&event.record, bytes.data() + at, sizeof(DiskTraceRecord));
    at += sizeof(DiskTraceRecord);
    event.path = Relative(bytes.substr(at, event.record.path_bytes), folder);
    at += event.record.path_bytes;
    event.data = bytes.substr(at, event.record.data_bytes);
    at += event.record.data_bytes;
    if (event.record.operation != DiskOperation::kWrite) event.data = Relative(event.data, folder);
    events.push_back(std::move(event));
  }
  return events;
}

DiskImage ReadDiskImage(const std::string& folder) {
  DiskImage image;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    const std::string path = Relative(entry.path().string(), folder);
    if (entry.is_directory()) {
      image[path] = std::nullopt;
    } else {
      image[path] = ReadWhole(entry.path());
    }
  }
  return image;
}

void WriteDiskImage(const DiskImage& image, const std::string& folder) {
  fs::create_directories(folder);
  for (const auto& [path, content] : image) {  // a folder comes before what is in it
    if (!content) {
      fs::create_directory(fs::path(folder) / path);
      continue;
    }
    std::ofstream file(fs::path(folder) / path, std::ios::binary);
    file.write(content->data(), static_cast<std::streamsize>(content->size()));
  }
}

}  // namespace brainalign
