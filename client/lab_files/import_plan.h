#ifndef BRAINALIGN_CLIENT_LAB_FILES_IMPORT_PLAN_H_
#define BRAINALIGN_CLIENT_LAB_FILES_IMPORT_PLAN_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/lab_files/lab_file.h"
#include "client/lab_files/taking.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// A variable as an array of an experiment.
struct PlannedArray {
  LabFile* file = nullptr;
  std::size_t variable = 0;  // index into file->variables()
  std::string name = {};     // of the layer; what messages call it
  TensorSpec spec = {};
  // Of each axis of `spec` the axis of the variable; -1 for one of length 1 that MATLAB left out.
  std::vector<int> axes = {};

  const LabVariable& source() const { return file->variables()[variable]; }
};

// A file of an experiment's folder: one array as .npy, or a layer each as .safetensors.
struct PlannedFile {
  std::string name;  // "meg.npy"
  std::vector<PlannedArray> arrays;
};

// The plan of an import. Without takings it uses the variables with the names of an experiment's
// files, and layer-0, layer-1 and so on as activations. Errors are NOT_FOUND and INVALID_ARGUMENT,
// with one sentence that contains the file, the variable, and what would be right.
absl::StatusOr<std::vector<PlannedFile>> PlanImport(
    const std::vector<std::unique_ptr<LabFile>>& files, const std::vector<Taking>& takings);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_LAB_FILES_IMPORT_PLAN_H_
