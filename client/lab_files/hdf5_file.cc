#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/experiment/layer_order.h"
#include "client/lab_files/hdf5_handle.h"
#include "client/lab_files/lab_file.h"

namespace brainalign {
namespace {

constexpr int kDeepestGroup = 64;
constexpr std::size_t kMostVariables = 1'000'000;
constexpr std::int64_t kLargestChunkBytes = std::int64_t{1} << 30;

// Links into other files are not followed: an experiment is made of the files that are named.
herr_t RefuseExternalLink(const char*, const char*, const char*, const char*, unsigned int*, hid_t,
                          void*) {
  return -1;
}

std::string NameOfFilter(H5Z_filter_t filter) {
  switch (filter) {
    case H5Z_FILTER_SZIP:
      return "szip";
    case 32000:
      return "lzf";
    case 32001:
      return "blosc";
    case 32004:
      return "lz4";
    case 32008:
      return "bitshuffle";
    case 32013:
      return "zfp";
    case 32015:
      return "zstd";
    case 32026:
      return "blosc2";
    default:
      return absl::StrCat("number ", filter);
  }
}

// That elements were never written, of which HDF5 makes zeros; empty if all were.
std::string RefusalOfGaps(hid_t dataset, hid_t properties, const std::vector<std::int64_t>& shape) {
  constexpr char kFill[] = "; write all of it, because HDF5 fills the rest with zeros";
  if (H5Pget_layout(properties) != H5D_CHUNKED) {
    H5D_space_status_t status = H5D_SPACE_STATUS_ALLOCATED;
    const bool is_written =
        H5Dget_space_status(dataset, &status) >= 0 && status != H5D_SPACE_STATUS_NOT_ALLOCATED;
    return is_written ? "" : absl::StrCat("was made and never written", kFill);
  }
  std::vector<hsize_t> chunk(shape.size(), 1);
  H5Pget_chunk(properties, static_cast<int>(chunk.size()), chunk.data());
  double needed = 1;
  for (std::size_t a = 0; a < shape.size(); ++a) {
    const auto length = static_cast<std::int64_t>(chunk[a]);
    if (length < 1) return "is damaged: its chunks are empty";
    needed *= static_cast<double>(shape[a] / length + (shape[a] % length != 0 ? 1 : 0));
  }
  hsize_t written = 0;
  const Hdf5Handle space(H5Dget_space(dataset), H5Sclose);
  if (H5Dget_num_chunks(dataset, space.id(), &written) < 0) {
    return absl::StrCat("is damaged: its chunks cannot be counted", LastHdf5Error());
  }
  if (static_cast<double>(written) >= needed) return "";
  return absl::StrCat("has ", written, " of its ", needed, " chunks", kFill);
}

// Why the library cannot read the elements of a dataset with these properties; empty if it can.
std::string RefusalOfStorage(hid_t properties) {
  if (H5Pget_layout(properties) == H5D_VIRTUAL) {
    return "is put together from datasets of other files; give these files";
  }
  if (H5Pget_external_count(properties) > 0) {
    return "has its numbers in another file, which is not followed; copy them into this one, with "
           "h5repack";
  }
  const int filters = H5Pget_nfilters(properties);
  for (int i = 0; i < filters; ++i) {
    unsigned int flags = 0;
    std::size_t values = 0;
    char name[64] = {};
    const H5Z_filter_t filter = H5Pget_filter2(properties, static_cast<unsigned int>(i), &flags,
                                               &values, nullptr, sizeof name, name, nullptr);
    if (filter < 0 || H5Zfilter_avail(filter) <= 0) {
      return absl::StrCat("is compressed by the filter ", NameOfFilter(filter),
                          ", which HDF5 does not have here; install its plug-in (see "
                          "HDF5_PLUGIN_PATH), or save it with gzip or without compression");
    }
  }
  return "";
}

class Hdf5LabFile : public LabFile {
 public:
  Hdf5LabFile(const std::string& path, bool is_matlab)
      : LabFile(path, is_matlab ? "MATLAB 7.3" : "HDF5", is_matlab ? Order::kFortran : Order::kC),
        is_matlab_(is_matlab) {}

  absl::Status Load() {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    file_ = Hdf5Handle(H5Fopen(path().c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    if (!file_.is_open()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path(), " cannot be read as HDF5", LastHdf5Error(),
                       "; it may be truncated or still being written: copy it again"));
    }
    links_ = Hdf5Handle(H5Pcreate(H5P_LINK_ACCESS), H5Pclose);
    H5Pset_elink_cb(links_.id(), RefuseExternalLink, nullptr);
    const Hdf5Handle root(H5Gopen2(file_.id(), "/", H5P_DEFAULT), H5Gclose);
    H5O_info_t info = {};
    if (H5Oget_info_by_name(file_.id(), "/", &info, H5P_DEFAULT) < 0) return Damaged("its root");
    seen_.insert(info.addr);
    return List(root.id(), "", 0);
  }

  absl::Status Read(std::size_t variable, std::int64_t block_bytes,
                    const std::function<absl::Status(const LabBlock&)>& take) override;

 private:
  absl::Status Damaged(const std::string& what) const {
    return absl::InvalidArgumentError(absl::StrCat(path(), " is damaged: ", what, " cannot be read",
                                                   LastHdf5Error(), "; copy it again"));
  }

  void Add(LabVariable variable, std::string link) {
    variables_.push_back(std::move(variable));
    paths_.push_back(std::move(link));
  }

  absl::Status List(hid_t group, const std::string& prefix, int depth);
  absl::Status ListLink(hid_t group, const std::string& link, const std::string& name,
                        const std::string& prefix, int depth);
  absl::Status ListObject(hid_t group, const std::string& link, const std::string& name, int depth,
                          bool is_soft);
  void AddDataset(hid_t dataset, const std::string& name, const std::string& full_path);

  const bool is_matlab_;
  Hdf5Handle file_;
  Hdf5Handle links_;                // how links are followed
  std::set<haddr_t> seen_;          // objects that are listed: links can lead back
  std::vector<std::string> paths_;  // of each variable, in the file
  std::string group_path_;          // of the group that is being listed, with a slash at the end
};

absl::Status Hdf5LabFile::List(hid_t group, const std::string& prefix, int depth) {
  const std::string where = QuoteName(prefix.empty() ? "/" : prefix);
  H5G_info_t info = {};
  if (group < 0 || H5Gget_info(group, &info) < 0) return Damaged(absl::StrCat("group ", where));
  if (depth > kDeepestGroup) {
    return absl::InvalidArgumentError(absl::StrCat(path(), " has more than ", kDeepestGroup,
                                                   " groups inside each other, at ", where));
  }
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const ssize_t size =
        H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT);
    if (size < 0) return Damaged(absl::StrCat("a name in group ", where));
    std::string link(static_cast<std::size_t>(size) + 1, '\0');
    if (H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, link.data(), link.size(),
                           H5P_DEFAULT) < 0) {
      return Damaged(absl::StrCat("a name in group ", where));
    }
    link.resize(static_cast<std::size_t>(size));
    if (is_matlab_ && depth == 0 && absl::StartsWith(link, "#")) continue;  // contents of cells
    if (variables_.size() >= kMostVariables) {
      return absl::InvalidArgumentError(
          absl::StrCat(path(), " holds more than ", kMostVariables, " datasets"));
    }
    if (absl::Status status = ListLink(group, link, absl::StrCat(prefix, link), prefix, depth);
        !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status Hdf5LabFile::ListLink(hid_t group, const std::string& link, const std::string& name,
                                   const std::string& prefix, int depth) {
  H5L_info_t info = {};
  if (H5Lget_info(group, link.c_str(), &info, H5P_DEFAULT) < 0) {
    return Damaged(absl::StrCat("link ", QuoteName(name)));
  }
  if (info.type == H5L_TYPE_HARD) return ListObject(group, link, name, depth, /*is_soft=*/false);
  if (info.type == H5L_TYPE_SOFT && H5Oexists_by_name(group, link.c_str(), links_.id()) > 0) {
    return ListObject(group, link, name, depth, /*is_soft=*/true);
  }
  LabVariable variable{.name = name, .kind = "link", .shape = {}};
  variable.refusal = "is a link to something that is not in this file";
  std::vector<char> value(info.u.val_size + 1, '\0');
  const char* file = nullptr;
  const char* object = nullptr;
  unsigned int flags = 0;
  if (info.type == H5L_TYPE_EXTERNAL &&
      H5Lget_val(group, link.c_str(), value.data(), value.size(), H5P_DEFAULT) >= 0 &&
      H5Lunpack_elink_val(value.data(), info.u.val_size, &flags, &file, &object) >= 0) {
    variable.kind = "external link";
    variable.refusal = absl::StrCat("is a link into another file, which is not followed; give ",
                                    QuoteName(file), " and take ", QuoteName(object), " from it");
  }
  Add(std::move(variable), absl::StrCat(prefix, link));
  return absl::OkStatus();
}

absl::Status Hdf5LabFile::ListObject(hid_t group, const std::string& link, const std::string& name,
                                     int depth, bool is_soft) {
  H5O_info_t info = {};
  if (H5Oget_info_by_name(group, link.c_str(), &info, links_.id()) < 0) {
    return Damaged(QuoteName(name));
  }
  if (info.type == H5O_TYPE_DATASET) {
    // A soft link is another name. A hard link to a listed dataset is not another dataset.
    if (!is_soft && !seen_.insert(info.addr).second) return absl::OkStatus();
    const Hdf5Handle dataset(H5Dopen2(group, link.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset.is_open()) return Damaged(QuoteName(name));
    AddDataset(dataset.id(), name, absl::StrCat(group_path_, link));
    return absl::OkStatus();
  }
  if (info.type != H5O_TYPE_GROUP || is_soft || !seen_.insert(info.addr).second) {
    return absl::OkStatus();
  }
  const Hdf5Handle inner(H5Gopen2(group, link.c_str(), H5P_DEFAULT), H5Gclose);
  if (is_matlab_ && H5Aexists(inner.id(), "MATLAB_sparse") > 0) {
    Add({.name = name, .kind = "sparse", .shape = {}, .refusal = kRefusedSparse}, name);
    return absl::OkStatus();
  }
  const std::string outer = group_path_;
  absl::StrAppend(&group_path_, link, "/");
  absl::Status status = List(inner.id(), absl::StrCat(name, is_matlab_ ? "." : "/"), depth + 1);
  group_path_ = outer;
  return status;
}

void Hdf5LabFile::AddDataset(hid_t dataset, const std::string& name, const std::string& full_path) {
  LabVariable variable{.name = name, .kind = "", .shape = {}};
  const bool has_shape = ReadHdf5Shape(dataset, variable.shape);
  const std::vector<std::int64_t> shape = variable.shape;
  if (is_matlab_) std::reverse(variable.shape.begin(), variable.shape.end());
  DescribeHdf5Elements(dataset, is_matlab_, variable);
  const bool is_empty = !has_shape || std::find(variable.shape.begin(), variable.shape.end(), 0) !=
                                          variable.shape.end();
  if (variable.refusal.empty() && is_empty) variable.refusal = kRefusedEmpty;
  const Hdf5Handle properties(H5Dget_create_plist(dataset), H5Pclose);
  if (variable.refusal.empty()) variable.refusal = RefusalOfStorage(properties.id());
  if (variable.refusal.empty()) variable.refusal = RefusalOfGaps(dataset, properties.id(), shape);
  Add(std::move(variable), full_path);
}

// Lengths of the boxes in which a dataset is read: whole chunks, so that none is uncompressed
// twice, and about as many as fit. Empty if a chunk is too large.
std::vector<std::int64_t> BoxLengths(hid_t dataset, const std::vector<std::int64_t>& shape,
                                     std::int64_t item_bytes, std::int64_t block_bytes) {
  std::vector<std::int64_t> box(shape.size(), 1);
  const Hdf5Handle properties(H5Dget_create_plist(dataset), H5Pclose);
  if (H5Pget_layout(properties.id()) == H5D_CHUNKED) {
    std::vector<hsize_t> chunk(shape.size(), 1);
    H5Pget_chunk(properties.id(), static_cast<int>(chunk.size()), chunk.data());
    for (std::size_t a = 0; a < box.size(); ++a) {
      box[a] = std::clamp(static_cast<std::int64_t>(chunk[a]), std::int64_t{1}, shape[a]);
    }
  }
  std::int64_t bytes = item_bytes;
  for (const std::int64_t length : box) {
    if (length > kLargestChunkBytes / bytes) return {};
    bytes *= length;
  }
  for (std::size_t a = shape.size(); a-- > 0;) {
    const std::int64_t times = block_bytes / bytes;
    if (times < 2) break;
    const std::int64_t longer = shape[a] / box[a] < times ? shape[a] : box[a] * times;
    bytes = bytes / box[a] * longer;
    box[a] = longer;
    if (longer < shape[a]) break;
  }
  return box;
}

absl::Status Hdf5LabFile::Read(std::size_t variable, std::int64_t block_bytes,
                               const std::function<absl::Status(const LabBlock&)>& take) {
  const LabVariable& read = variables_[variable];
  const std::string what = absl::StrCat("variable ", QuoteName(read.name));
  const auto item = static_cast<std::int64_t>(ElementSize(read.type));
  const Hdf5Handle dataset(H5Dopen2(file_.id(), paths_[variable].c_str(), H5P_DEFAULT), H5Dclose);
  const Hdf5Handle type = MemoryTypeOf(read.type);
  const Hdf5Handle space(H5Dget_space(dataset.id()), H5Sclose);
  if (!space.is_open() || !type.is_open()) return Damaged(what);
  if (read.shape.empty()) {
    std::vector<std::byte> one(8);
    if (H5Dread(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, one.data()) < 0) {
      return Damaged(what);
    }
    return take({.begin = {}, .count = {}, .data = one.data()});
  }
  std::vector<std::int64_t> shape = read.shape;
  if (is_matlab_) std::reverse(shape.begin(), shape.end());
  const std::vector<std::int64_t> box = BoxLengths(dataset.id(), shape, item, block_bytes);
  if (box.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        NameOf(read.name), " has chunks of more than 1 GiB; save it with smaller ones"));
  }
  std::vector<std::byte> bytes;
  std::vector<hsize_t> begin(shape.size(), 0);
  std::vector<hsize_t> count(shape.size(), 0);
  for (;;) {
    hsize_t elements = 1;
    LabBlock block;
    for (std::size_t a = 0; a < shape.size(); ++a) {
      const auto from = static_cast<std::int64_t>(begin[a]);
      block.begin.push_back(from);
      block.count.push_back(std::min(box[a], shape[a] - from));
      count[a] = static_cast<hsize_t>(block.count[a]);
      elements *= count[a];
    }
    bytes.resize(elements * static_cast<std::size_t>(item));
    block.data = bytes.data();
    const Hdf5Handle memory(H5Screate_simple(1, &elements, nullptr), H5Sclose);
    if (H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, begin.data(), nullptr, count.data(),
                            nullptr) < 0 ||
        H5Dread(dataset.id(), type.id(), memory.id(), space.id(), H5P_DEFAULT, bytes.data()) < 0) {
      return Damaged(what);
    }
    if (is_matlab_) {
      std::reverse(block.begin.begin(), block.begin.end());
      std::reverse(block.count.begin(), block.count.end());
    }
    if (absl::Status status = take(block); !status.ok()) return status;
    std::size_t a = shape.size();
    while (a-- > 0) {
      begin[a] += count[a];
      if (begin[a] < static_cast<hsize_t>(shape[a])) break;
      begin[a] = 0;
      if (a == 0) return absl::OkStatus();
    }
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<LabFile>> OpenHdf5(const std::string& path, bool is_matlab) {
  auto file = std::make_unique<Hdf5LabFile>(path, is_matlab);
  if (absl::Status status = file->Load(); !status.ok()) return status;
  return file;
}

}  // namespace brainalign
