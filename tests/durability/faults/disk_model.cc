#include "tests/durability/faults/disk_model.h"

#include <fcntl.h>

#include <algorithm>
#include <random>

namespace brainalign {
namespace {

std::string ParentOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

}  // namespace

DiskModel::DiskModel(const DiskImage& image) {
  for (const auto& [path, content] : image) {
    auto file = std::make_shared<File>();
    file->is_folder = !content.has_value();
    file->durable = content.value_or("");
    file->size_bytes = static_cast<std::int64_t>(file->durable.size());
    names_[path] = durable_names_[path] = file;
  }
}

void DiskModel::Perform(const Edit& edit, std::string& bytes) {
  const auto at = static_cast<std::size_t>(edit.offset_bytes);
  if (!edit.bytes) {
    bytes.resize(at);
    return;
  }
  if (bytes.size() < at + edit.bytes->size()) bytes.resize(at + edit.bytes->size());
  bytes.replace(at, edit.bytes->size(), *edit.bytes);
}

void DiskModel::SetName(const std::string& path, const FilePtr& file) {
  if (file == nullptr) {
    names_.erase(path);
  } else {
    names_[path] = file;
  }
  pending_names_.push_back({path, file});
}

void DiskModel::Open(const DiskEvent& event) {
  FilePtr& file = open_[{event.record.process, event.record.descriptor}];
  const auto found = names_.find(event.path);
  if (event.path.empty()) {  // the folder itself
    file = std::make_shared<File>();
    file->is_folder = true;
    return;
  }
  if (found == names_.end()) {
    file = std::make_shared<File>();
    SetName(event.path, file);
    return;
  }
  file = found->second;
  if ((event.record.flags & O_TRUNC) != 0) AddEdit(event, std::nullopt);
}

void DiskModel::AddEdit(const DiskEvent& event, std::optional<std::string> bytes) {
  File& file = *open_.at({event.record.process, event.record.descriptor});
  const std::int64_t offset = event.record.offset_bytes;
  file.size_bytes =
      bytes ? std::max(file.size_bytes, offset + static_cast<std::int64_t>(bytes->size())) : offset;
  file.pending.push_back({offset, std::move(bytes)});
}

void DiskModel::Sync(const DiskEvent& event) {
  File& file = *open_.at({event.record.process, event.record.descriptor});
  if (event.record.failed_sync != 0) {
    file.pending.clear();
    return;
  }
  if (!file.is_folder) {
    for (const Edit& edit : file.pending) Perform(edit, file.durable);
    // Lost bytes in the middle are zeros.
    file.durable.resize(static_cast<std::size_t>(file.size_bytes));
    file.pending.clear();
    return;
  }
  std::vector<Name> rest;
  for (Name& name : pending_names_) {
    if (ParentOf(name.path) != event.path) {
      rest.push_back(std::move(name));
    } else if (name.file == nullptr) {
      durable_names_.erase(name.path);
    } else {
      durable_names_[name.path] = name.file;
    }
  }
  pending_names_ = std::move(rest);
}

void DiskModel::Apply(const DiskEvent& event) {
  switch (event.record.operation) {
    case DiskOperation::kOpen:
      return Open(event);
    case DiskOperation::kWrite:
      return AddEdit(event, event.data);
    case DiskOperation::kTruncate:
      return AddEdit(event, std::nullopt);
    case DiskOperation::kSync:
      return Sync(event);
    case DiskOperation::kRename:
    case DiskOperation::kLink: {
      const FilePtr file = names_.at(event.path);
      SetName(event.data, file);
      if (event.record.operation == DiskOperation::kRename) SetName(event.path, nullptr);
      return;
    }
    case DiskOperation::kUnlink:
      return SetName(event.path, nullptr);
    case DiskOperation::kMakeFolder: {
      auto folder = std::make_shared<File>();
      folder->is_folder = true;
      return SetName(event.path, folder);
    }
    case DiskOperation::kClose:
      open_.erase({event.record.process, event.record.descriptor});
      return;
    default:
      return;
  }
}

DiskImage DiskModel::MakeImage(const Names& names,
                               const std::map<const File*, std::string>& contents) {
  DiskImage image;
  for (const auto& [path, file] : names) {
    bool reachable = true;
    for (std::string above = ParentOf(path); !above.empty(); above = ParentOf(above)) {
      reachable = reachable && names.count(above) != 0;
    }
    if (!reachable) continue;
    const auto torn = contents.find(file.get());
    if (file->is_folder) {
      image[path] = std::nullopt;
    } else {
      image[path] = torn == contents.end() ? file->durable : torn->second;
    }
  }
  return image;
}

DiskImage DiskModel::Present() const {
  std::map<const File*, std::string> contents;
  for (const auto& [path, file] : names_) {
    std::string& bytes = contents[file.get()];
    bytes = file->durable;
    for (const Edit& edit : file->pending) Perform(edit, bytes);
  }
  return MakeImage(names_, contents);
}

DiskImage DiskModel::Durable() const { return MakeImage(durable_names_, {}); }

DiskImage DiskModel::Torn(std::uint64_t seed) const {
  constexpr std::size_t kSectorBytes = 512;
  std::mt19937_64 random(seed);
  const auto below = [&](std::size_t end) {
    return static_cast<std::size_t>(random() % std::max<std::size_t>(end, 1));
  };
  Names names = durable_names_;
  const std::size_t kept = below(pending_names_.size() + 1);
  for (std::size_t i = 0; i < kept; ++i) {
    if (pending_names_[i].file == nullptr) {
      names.erase(pending_names_[i].path);
    } else {
      names[pending_names_[i].path] = pending_names_[i].file;
    }
  }
  std::map<const File*, std::string> contents;
  for (const auto& [path, file] : names) {
    if (file->pending.empty() || contents.count(file.get()) != 0) continue;
    std::string& bytes = contents[file.get()];
    bytes = file->durable;
    const std::vector<Edit>& pending = file->pending;
    switch (below(4)) {
      case 0:
        break;
      case 1:
        for (const Edit& edit : pending) Perform(edit, bytes);
        break;
      case 2: {
        const std::size_t whole = below(pending.size());
        for (std::size_t i = 0; i < whole; ++i) Perform(pending[i], bytes);
        Edit cut = pending[whole];
        if (cut.bytes) cut.bytes->resize(below(cut.bytes->size() + 1));
        Perform(cut, bytes);
        break;
      }
      default: {
        std::string all = bytes;
        for (const Edit& edit : pending) Perform(edit, all);
        bytes.resize(all.size());
        for (std::size_t at = 0; at < all.size(); at += kSectorBytes) {
          if (below(2) == 0) continue;
          const std::size_t size = std::min(kSectorBytes, all.size() - at);
          bytes.replace(at, size, all, at, size);
        }
      }
    }
  }
  return MakeImage(names, contents);
}

}  // namespace brainalign
