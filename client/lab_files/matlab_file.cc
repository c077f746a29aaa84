// MATLAB files of version 4, and 5 to 7, by matio.
#include <matio.h>

#include <algorithm>
#include <climits>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/lab_files/lab_file.h"
#include "client/lab_files/matlab_layout.h"

namespace brainalign {
namespace {

constexpr int kDeepestStruct = 32;
constexpr std::int64_t kMostExpansion = 1032;  // of a byte by zlib

// What matio complained of last; it has one place for that.
std::string& LastComplaint() {
  static std::string* const complaint = new std::string;
  return *complaint;
}

void KeepComplaint(int level, char* message) {
  constexpr int kErrors = (MATIO_LOG_LEVEL_ERROR) | (MATIO_LOG_LEVEL_CRITICAL);
  if ((level & kErrors) != 0 && LastComplaint().empty()) LastComplaint() = message;
}

struct CloseMat {
  void operator()(mat_t* file) const { Mat_Close(file); }
};
struct FreeVariable {
  void operator()(matvar_t* variable) const { Mat_VarFree(variable); }
};

// The type of elements; false for what holds no plain numbers.
bool TypeOfClass(matio_classes kind, ElementType& type) {
  switch (kind) {
    case MAT_C_DOUBLE:
      type = ElementType::kF64;
      return true;
    case MAT_C_SINGLE:
      type = ElementType::kF32;
      return true;
    case MAT_C_INT8:
    case MAT_C_UINT8:
    case MAT_C_INT16:
    case MAT_C_UINT16:
    case MAT_C_INT32:
    case MAT_C_UINT32:
    case MAT_C_INT64:
    case MAT_C_UINT64:
      type = IntegerType(Mat_SizeOfClass(kind), kind == MAT_C_INT8 || kind == MAT_C_INT16 ||
                                                    kind == MAT_C_INT32 || kind == MAT_C_INT64);
      return true;
    default:
      return false;
  }
}

void DescribeOther(matio_classes kind, LabVariable& variable) {
  switch (kind) {
    case MAT_C_CHAR:
      variable.kind = "text";
      variable.refusal = kRefusedText;
      return;
    case MAT_C_CELL:
      variable.kind = "cell array";
      variable.refusal = kRefusedCell;
      return;
    case MAT_C_SPARSE:
      variable.kind = "sparse";
      variable.refusal = kRefusedSparse;
      return;
    case MAT_C_STRUCT:
      variable.kind = "struct array";
      variable.refusal = kRefusedOther;
      return;
    case MAT_C_FUNCTION:
      variable.kind = "function";
      variable.refusal = kRefusedOther;
      return;
    default:
      variable.kind = "object";
      variable.refusal = kRefusedOther;
  }
}

class OldMatlabFile : public LabFile {
 public:
  OldMatlabFile(const std::string& path, bool is_version_4)
      : LabFile(path, is_version_4 ? "MATLAB 4" : "MATLAB 5", Order::kFortran) {}

  absl::Status Load() {
    std::error_code ignored;
    file_bytes_ = static_cast<std::int64_t>(std::filesystem::file_size(path(), ignored));
    Mat_LogInitFunc("brainalign", KeepComplaint);
    LastComplaint().clear();
    file_.reset(Mat_Open(path().c_str(), MAT_ACC_RDONLY));
    if (file_ == nullptr) return Damaged("its header");
    while (matvar_t* const found = Mat_VarReadNextInfo(file_.get())) {
      roots_.emplace_back(found);
    }
    if (!LastComplaint().empty()) return Damaged("its list of variables");
    for (const auto& root : roots_) {
      // Without a name are data of objects.
      if (root->name != nullptr && root->name[0] != '\0') Add(root.get(), root->name, 0);
    }
    return absl::OkStatus();
  }

  absl::Status Read(std::size_t variable, std::int64_t block_bytes,
                    const std::function<absl::Status(const LabBlock&)>& take) override;

 private:
  absl::Status Damaged(const std::string& what) const {
    const std::string why = LastComplaint().empty() ? "" : absl::StrCat(" (", LastComplaint(), ")");
    return absl::InvalidArgumentError(
        absl::StrCat(path(), " is damaged: ", what, " cannot be read", why, "; copy it again"));
  }

  void Add(matvar_t* found, const std::string& name, int depth);

  std::int64_t file_bytes_ = 0;
  std::unique_ptr<mat_t, CloseMat> file_;
  std::vector<std::unique_ptr<matvar_t, FreeVariable>> roots_;
  std::vector<matvar_t*> found_;  // of each variable; of the roots
};

void OldMatlabFile::Add(matvar_t* found, const std::string& name, int depth) {
  LabVariable variable{.name = name, .kind = "", .shape = {}};
  std::int64_t elements = 1;
  for (int a = 0; a < found->rank; ++a) {
    const std::size_t length = found->dims[a];
    // Beyond what matio counts with.
    const bool is_too_long = elements > 0 && length > static_cast<std::size_t>(INT_MAX) /
                                                          static_cast<std::size_t>(elements);
    elements = is_too_long ? -1 : elements * static_cast<std::int64_t>(length);
    variable.shape.push_back(static_cast<std::int64_t>(length));
    if (is_too_long) break;
  }
  if (found->class_type == MAT_C_STRUCT && elements == 1 && depth < kDeepestStruct) {
    char* const* const fields = Mat_VarGetStructFieldnames(found);
    const unsigned int count = Mat_VarGetNumberOfFields(found);
    for (unsigned int i = 0; i < count && fields != nullptr; ++i) {
      matvar_t* const field = Mat_VarGetStructFieldByIndex(found, i, 0);
      if (field != nullptr) Add(field, absl::StrCat(name, ".", fields[i]), depth + 1);
    }
    return;
  }
  if (!TypeOfClass(found->class_type, variable.type)) {
    DescribeOther(found->class_type, variable);
  } else {
    variable.kind = found->isLogical ? "logical" : ElementTypeName(variable.type);
    if (found->isComplex) {
      variable.kind = "complex";
      variable.refusal = kRefusedComplex;
    } else if (elements == 0) {
      variable.refusal = kRefusedEmpty;
    } else if (elements > 0 && elements / kMostExpansion > file_bytes_) {
      variable.refusal = "is damaged: its size cannot be in this file; copy it again";
    } else if (elements < 0) {
      variable.refusal = "has more than 2^31 - 1 elements; save it with -v7.3";
    }
  }
  variables_.push_back(std::move(variable));
  found_.push_back(found);
}

absl::Status OldMatlabFile::Read(std::size_t variable, std::int64_t block_bytes,
                                 const std::function<absl::Status(const LabBlock&)>& take) {
  const LabVariable& read = variables_[variable];
  const auto item = static_cast<std::int64_t>(ElementSize(read.type));
  std::int64_t all = 1;
  for (const std::int64_t length : read.shape) all *= length;
  // Every block of a compressed variable is looked for from its beginning.
  constexpr std::int64_t kMostBlocks = 16;
  const std::int64_t fitting =
      std::max({block_bytes / item, (all + kMostBlocks - 1) / kMostBlocks, std::int64_t{1}});

  // Whole axes, the first one first, as far as they fit; of the next one a range.
  std::size_t axis = 0;
  std::int64_t inner = 1;
  while (axis + 1 < read.shape.size() && inner * read.shape[axis] <= fitting) {
    inner *= read.shape[axis++];
  }
  const std::int64_t range = std::clamp(fitting / inner, std::int64_t{1}, read.shape[axis]);
  LabBlock block{.begin = std::vector<std::int64_t>(read.shape.size(), 0),
                 .count = std::vector<std::int64_t>(read.shape.size(), 1)};
  std::copy_n(read.shape.begin(), axis, block.count.begin());
  std::vector<std::byte> bytes;
  for (std::int64_t done = 0; done < all;) {
    block.count[axis] = std::min(range, read.shape[axis] - block.begin[axis]);
    const std::int64_t elements = inner * block.count[axis];
    bytes.assign(static_cast<std::size_t>(elements * item), std::byte{0});
    LastComplaint().clear();
    const int error = Mat_VarReadDataLinear(file_.get(), found_[variable], bytes.data(),
                                            static_cast<int>(done), 1, static_cast<int>(elements));
    if (error != MATIO_E_NO_ERROR || !LastComplaint().empty()) {
      return Damaged(absl::StrCat("variable '", read.name, "'"));
    }
    block.data = bytes.data();
    if (absl::Status status = take(block); !status.ok()) return status;
    done += elements;
    block.begin[axis] += block.count[axis];
    for (std::size_t a = axis; a + 1 < read.shape.size() && block.begin[a] == read.shape[a]; ++a) {
      block.begin[a] = 0;
      ++block.begin[a + 1];
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<LabFile>> OpenOldMatlab(const std::string& path, bool is_version_4) {
  if (absl::Status status = CheckMatlabLayout(path, is_version_4); !status.ok()) return status;
  auto file = std::make_unique<OldMatlabFile>(path, is_version_4);
  if (absl::Status status = file->Load(); !status.ok()) return status;
  return file;
}

}  // namespace brainalign
