#ifndef BRAINALIGN_CLIENT_LAB_FILES_HDF5_HANDLE_H_
#define BRAINALIGN_CLIENT_LAB_FILES_HDF5_HANDLE_H_

#define H5_USE_110_API  // the oldest release that is built with
#include <hdf5.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "client/lab_files/lab_file.h"

namespace brainalign {

// A thing of the HDF5 library that is open, closed with this object.
class Hdf5Handle {
 public:
  using Close = herr_t (*)(hid_t);

  Hdf5Handle() = default;
  Hdf5Handle(hid_t id, Close close) : id_(id), close_(close) {}
  ~Hdf5Handle() {
    if (id_ >= 0) close_(id_);
  }
  Hdf5Handle(Hdf5Handle&& other) noexcept
      : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }

  bool is_open() const { return id_ >= 0; }
  hid_t id() const { return id_; }

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

// The most specific of the errors that the library reported last, in brackets after a space; empty
// if it reported none.
std::string LastHdf5Error();

// Lengths of the axes of an open dataset, in the order of the file. False if it has none because it
// is null, or they cannot be read.
bool ReadHdf5Shape(hid_t dataset, std::vector<std::int64_t>& shape);

// The text in an attribute; empty if there is no such text.
std::string ReadHdf5Text(hid_t object, const char* name);

// What an open dataset holds: kind, type and refusal. `is_matlab`: of a .mat file, where attributes
// say what MATLAB made of it.
void DescribeHdf5Elements(hid_t dataset, bool is_matlab, LabVariable& variable);

// The type in memory in which elements are read: little-endian.
Hdf5Handle MemoryTypeOf(ElementType type);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_LAB_FILES_HDF5_HANDLE_H_
