#ifndef BRAINALIGN_CLIENT_LAB_FILES_LAB_FILE_H_
#define BRAINALIGN_CLIENT_LAB_FILES_LAB_FILE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/lab_files/element_type.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// A variable of MATLAB or a dataset of HDF5.
struct LabVariable {
  std::string name = {};            // a field of a struct as a.b, a path of HDF5 as a/b
  std::string kind;                 // what it holds, for people: "single", "text", "cell array"
  std::vector<std::int64_t> shape;  // as size() of MATLAB or shape of h5py show it
  ElementType type = ElementType::kF64;
  std::string refusal =
      {};  // why it cannot be read, as a clause that follows its name; empty: it can
};

// A part of a variable, `count` elements on each axis from `begin` on. `data` holds them without
// gaps, little-endian, in the file's order.
struct LabBlock {
  std::vector<std::int64_t> begin = {};
  std::vector<std::int64_t> count = {};
  const std::byte* data = nullptr;
};

// A file of arrays that is not ours: MATLAB 4, 5 or 7.3, or HDF5. Damaged files can make the
// libraries that read them crash: see RunApart.
class LabFile {
 public:
  // Reads the list of variables. Errors contain the path: NOT_FOUND, FAILED_PRECONDITION for a file
  // that cannot be read, INVALID_ARGUMENT for one of another kind or a damaged one.
  static absl::StatusOr<std::unique_ptr<LabFile>> Open(const std::string& path);

  virtual ~LabFile() = default;
  LabFile(const LabFile&) = delete;
  LabFile& operator=(const LabFile&) = delete;

  const std::string& path() const { return path_; }
  const std::string& format() const { return format_; }  // "MATLAB 7.3"
  // In which order elements lie: kFortran in files of MATLAB.
  Order order() const { return order_; }
  const std::vector<LabVariable>& variables() const { return variables_; }

  // Passes all elements of a variable to `take`, each once, in blocks of about `block_bytes`.
  // Requires: the variable has no refusal. INVALID_ARGUMENT, naming path and variable, if the file
  // is damaged there; or what `take` returns.
  virtual absl::Status Read(std::size_t variable, std::int64_t block_bytes,
                            const std::function<absl::Status(const LabBlock&)>& take) = 0;

 protected:
  LabFile(std::string path, std::string format, Order order)
      : path_(std::move(path)), format_(std::move(format)), order_(order) {}

  // "variable 'meg' of subject.mat"
  std::string NameOf(const std::string& variable) const;

  std::vector<LabVariable> variables_;

 private:
  const std::string path_;
  const std::string format_;
  const Order order_;
};

// The formats, for Open. `format`: of the file, for people.
absl::StatusOr<std::unique_ptr<LabFile>> OpenHdf5(const std::string& path, bool is_matlab);
absl::StatusOr<std::unique_ptr<LabFile>> OpenOldMatlab(const std::string& path, bool is_version_4);

// Clauses for LabVariable::refusal.
extern const char kRefusedComplex[];
extern const char kRefusedSparse[];
extern const char kRefusedCell[];
extern const char kRefusedText[];
extern const char kRefusedOther[];
extern const char kRefusedEmpty[];

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_LAB_FILES_LAB_FILE_H_
