#include <algorithm>
#include <array>
#include <cctype>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/lab_files/hdf5_handle.h"

namespace brainalign {
namespace {

Hdf5Handle HalfType() {
  Hdf5Handle type(H5Tcopy(H5T_IEEE_F32LE), H5Tclose);
  H5Tset_fields(type.id(), 15, 10, 5, 0, 10);
  H5Tset_size(type.id(), 2);
  H5Tset_ebias(type.id(), 15);
  return type;
}

// Whether two floating-point types differ in the order of bytes at most.
bool IsFloatLike(hid_t type, hid_t known) {
  const Hdf5Handle copy(H5Tcopy(type), H5Tclose);
  return H5Tget_size(type) == H5Tget_size(known) && H5Tset_order(copy.id(), H5T_ORDER_LE) >= 0 &&
         H5Tequal(copy.id(), known) > 0;
}

// bool of h5py is an enumeration of FALSE and TRUE.
bool IsBoolean(hid_t type) {
  if (H5Tget_nmembers(type) != 2 || H5Tget_size(type) != 1) return false;
  for (unsigned int i = 0; i < 2; ++i) {
    char* const name = H5Tget_member_name(type, i);
    signed char value = -1;
    const bool is_right = name != nullptr && H5Tget_member_value(type, i, &value) >= 0 &&
                          absl::string_view(name) == (value == 0 ? "FALSE" : "TRUE") &&
                          (value == 0 || value == 1);
    H5free_memory(name);
    if (!is_right) return false;
  }
  return true;
}

bool IsComplex(hid_t type) {
  if (H5Tget_nmembers(type) != 2) return false;
  for (const char* const part : {"r", "real"}) {
    if (H5Tget_member_index(type, part) == 0) return true;
  }
  return false;
}

void DescribeInteger(hid_t type, LabVariable& variable) {
  const std::size_t size = H5Tget_size(type);
  const bool is_plain = (size == 1 || size == 2 || size == 4 || size == 8) &&
                        H5Tget_precision(type) == 8 * size && H5Tget_offset(type) == 0;
  variable.kind = absl::StrCat("integer of ", H5Tget_precision(type), " bits");
  if (!is_plain) {
    variable.refusal = "holds integers of an unusual size; 8, 16, 32 or 64 bits are read";
    return;
  }
  variable.type = IntegerType(size, H5Tget_sign(type) != H5T_SGN_NONE);
  variable.kind = ElementTypeName(variable.type);
}

void DescribeFloat(hid_t type, LabVariable& variable) {
  const Hdf5Handle half = HalfType();
  const std::array<std::pair<ElementType, hid_t>, 3> known = {
      {{ElementType::kF16, half.id()},
       {ElementType::kF32, H5T_IEEE_F32LE},
       {ElementType::kF64, H5T_IEEE_F64LE}}};
  for (const auto& [element, like] : known) {
    if (!IsFloatLike(type, like)) continue;
    variable.type = element;
    variable.kind = ElementTypeName(element);
    return;
  }
  variable.kind = absl::StrCat("float of ", 8 * H5Tget_size(type), " bits");
  variable.refusal =
      "holds floating-point numbers of an unusual format; half, single or double "
      "precision are read";
}

void DescribeType(hid_t type, LabVariable& variable) {
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return DescribeInteger(type, variable);
    case H5T_FLOAT:
      return DescribeFloat(type, variable);
    case H5T_ENUM:
      if (IsBoolean(type)) {
        variable.type = ElementType::kU8;
        variable.kind = "logical";
        return;
      }
      variable.kind = "enumeration";
      variable.refusal = kRefusedOther;
      return;
    case H5T_STRING:
      variable.kind = "text";
      variable.refusal = kRefusedText;
      return;
    case H5T_COMPOUND:
      variable.kind = IsComplex(type) ? "complex" : "table of fields";
      variable.refusal = IsComplex(type) ? kRefusedComplex : kRefusedOther;
      return;
    case H5T_REFERENCE:
      variable.kind = "references";
      variable.refusal = kRefusedOther;
      return;
    case H5T_VLEN:
      variable.kind = "lists";
      variable.refusal = kRefusedOther;
      return;
    default:
      variable.kind = "other";
      variable.refusal = kRefusedOther;
  }
}

// MATLAB's type of a dataset, if it differs from the stored type.
void DescribeMatlabClass(hid_t dataset, LabVariable& variable) {
  const std::string name = ReadHdf5Text(dataset, "MATLAB_class");
  if (H5Aexists(dataset, "MATLAB_empty") > 0) {
    variable.shape.clear();
    variable.refusal = kRefusedEmpty;
    if (!name.empty()) variable.kind = name;
  } else if (name == "char") {
    variable.kind = "text";
    variable.refusal = kRefusedText;
  } else if (name == "cell") {
    variable.kind = "cell array";
    variable.refusal = kRefusedCell;
  } else if (name == "logical") {
    variable.kind = name;
  } else if (H5Aexists(dataset, "MATLAB_object_decode") > 0 || name == "function_handle") {
    variable.kind = name;
    variable.refusal = kRefusedOther;
  } else if (name.empty() && variable.kind == "references") {
    variable.kind = "field of a struct array";
  }
}

herr_t KeepDescription(unsigned int /*depth*/, const H5E_error2_t* error, void* kept) {
  auto& text = *static_cast<std::string*>(kept);
  if (text.empty() && error->desc != nullptr) text = error->desc;
  return 0;
}

}  // namespace

std::string LastHdf5Error() {
  std::string text;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, KeepDescription, &text);
  return text.empty() ? "" : absl::StrCat(" (", text, ")");
}

bool ReadHdf5Shape(hid_t dataset, std::vector<std::int64_t>& shape) {
  const Hdf5Handle space(H5Dget_space(dataset), H5Sclose);
  if (!space.is_open()) return false;
  const H5S_class_t kind = H5Sget_simple_extent_type(space.id());
  if (kind == H5S_SCALAR) return true;
  const int axes = H5Sget_simple_extent_ndims(space.id());
  if (kind != H5S_SIMPLE || axes < 0 || axes > H5S_MAX_RANK) return false;
  std::vector<hsize_t> lengths(static_cast<std::size_t>(axes));
  if (axes > 0 && H5Sget_simple_extent_dims(space.id(), lengths.data(), nullptr) < 0) return false;
  for (const hsize_t length : lengths) {
    if (length > hsize_t{INT64_MAX}) return false;
    shape.push_back(static_cast<std::int64_t>(length));
  }
  return true;
}

std::string ReadHdf5Text(hid_t object, const char* name) {
  if (H5Aexists(object, name) <= 0) return "";
  const Hdf5Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
  const Hdf5Handle type(H5Aget_type(attribute.id()), H5Tclose);
  const Hdf5Handle space(H5Aget_space(attribute.id()), H5Sclose);
  if (!type.is_open() || H5Tget_class(type.id()) != H5T_STRING ||
      H5Sget_simple_extent_npoints(space.id()) != 1) {
    return "";
  }
  if (H5Tis_variable_str(type.id()) > 0) {
    char* text = nullptr;
    if (H5Aread(attribute.id(), type.id(), static_cast<void*>(&text)) < 0 || text == nullptr) {
      return "";
    }
    std::string copy = text;
    H5free_memory(text);
    return copy;
  }
  constexpr std::size_t kLongest = 1024;
  const std::size_t size = H5Tget_size(type.id());
  if (size == 0 || size > kLongest) return "";
  std::string text(size, '\0');
  if (H5Aread(attribute.id(), type.id(), text.data()) < 0) return "";
  return text.substr(0, text.find('\0'));
}

void DescribeHdf5Elements(hid_t dataset, bool is_matlab, LabVariable& variable) {
  const Hdf5Handle type(H5Dget_type(dataset), H5Tclose);
  if (type.is_open()) {
    DescribeType(type.id(), variable);
  } else {
    variable.kind = "damaged";
    variable.refusal = absl::StrCat("is damaged: its type cannot be read", LastHdf5Error());
  }
  if (is_matlab) DescribeMatlabClass(dataset, variable);
}

Hdf5Handle MemoryTypeOf(ElementType type) {
  switch (type) {
    case ElementType::kF16:
      return HalfType();
    case ElementType::kF32:
      return {H5Tcopy(H5T_IEEE_F32LE), H5Tclose};
    case ElementType::kF64:
      return {H5Tcopy(H5T_IEEE_F64LE), H5Tclose};
    case ElementType::kI8:
      return {H5Tcopy(H5T_STD_I8LE), H5Tclose};
    case ElementType::kU8:
      return {H5Tcopy(H5T_STD_U8LE), H5Tclose};
    case ElementType::kI16:
      return {H5Tcopy(H5T_STD_I16LE), H5Tclose};
    case ElementType::kU16:
      return {H5Tcopy(H5T_STD_U16LE), H5Tclose};
    case ElementType::kI32:
      return {H5Tcopy(H5T_STD_I32LE), H5Tclose};
    case ElementType::kU32:
      return {H5Tcopy(H5T_STD_U32LE), H5Tclose};
    case ElementType::kI64:
      return {H5Tcopy(H5T_STD_I64LE), H5Tclose};
    default:
      return {H5Tcopy(H5T_STD_U64LE), H5Tclose};
  }
}

}  // namespace brainalign
