#include "core/tensor/tensor.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/tensor/convert.h"
#include "core/tensor/mapped_file.h"

namespace brainalign {
namespace {

// As many as NumPy has; bounds what a hostile header can make anyone loop over.

// Strides in elements of densely packed elements.
std::vector<std::int64_t> DenseStrides(const TensorSpec& spec) {
  const std::size_t rank = spec.shape.size();
  std::vector<std::int64_t> strides(rank, 1);
  std::int64_t step = 1;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::size_t axis = spec.order == Order::kFortran ? i : rank - 1 - i;
    strides[axis] = step;
    step *= spec.shape[axis];
  }
  return strides;
}

std::int64_t ElementCount(const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t n : shape) count *= n;
  return count;
}

}  // namespace

absl::StatusOr<std::int64_t> SizeInBytes(const TensorSpec& spec) {
  if (spec.shape.size() > kMaxAxes) {
    return absl::InvalidArgumentError(absl::StrCat("the shape has ", spec.shape.size(),
                                                   " axes; at most ", kMaxAxes, " are possible"));
  }
  // Axes of length zero are left out of the product, so that strides fit as well.
  auto extent = static_cast<std::int64_t>(DTypeSize(spec.dtype));
  bool empty = false;
  for (const std::int64_t n : spec.shape) {
    if (n < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("the shape (", absl::StrJoin(spec.shape, ", "), ") has a negative axis"));
    }
    if (n == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(extent, n, &extent)) {
      return absl::InvalidArgumentError(absl::StrCat("the shape (", absl::StrJoin(spec.shape, ", "),
                                                     ") is too large for any memory"));
    }
  }
  return empty ? 0 : extent;
}

std::string Describe(const TensorSpec& spec) {
  return absl::StrCat(DTypeName(spec.dtype), " (", absl::StrJoin(spec.shape, ", "),
                      spec.shape.size() == 1 ? ",)" : ")",
                      spec.order == Order::kFortran ? ", Fortran order" : "");
}

Tensor::Tensor(TensorSpec spec, const std::byte* data, std::shared_ptr<const void> owner)
    : spec_(std::move(spec)),
      data_(data),
      owner_(std::move(owner)),
      element_count_(ElementCount(spec_.shape)),
      strides_(DenseStrides(spec_)) {}

Tensor Tensor::OfFile(TensorSpec spec, std::shared_ptr<const MappedFile> file,
                      std::int64_t offset_bytes) {
  const MappedFile* const mapped = file.get();
  Tensor tensor(std::move(spec), mapped->data() + offset_bytes, std::move(file));
  tensor.file_ = mapped;
  return tensor;
}

absl::StatusOr<Tensor> Tensor::FromBytes(TensorSpec spec, std::vector<std::byte> bytes) {
  const absl::StatusOr<std::int64_t> size = SizeInBytes(spec);
  if (!size.ok()) return size.status();
  if (*size != static_cast<std::int64_t>(bytes.size())) {
    return absl::InvalidArgumentError(
        absl::StrCat(Describe(spec), " takes ", *size, " bytes, not ", bytes.size()));
  }
  auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  const std::byte* data = owner->data();
  return Tensor(std::move(spec), data, std::move(owner));
}

absl::Status Tensor::CheckReadable() const {
  return file_ == nullptr ? absl::OkStatus() : file_->CheckReadable();
}

bool Tensor::is_dense() const { return strides_ == DenseStrides(spec_); }

double Tensor::At(std::int64_t position) const {
  const auto size = static_cast<std::int64_t>(DTypeSize(spec_.dtype));
  double value = 0;
  ConvertToDouble(spec_.dtype, data_ + position * size, 1, 1, &value);
  return value;
}

std::vector<double> Tensor::ToDoubles() const {
  std::vector<double> values(static_cast<std::size_t>(element_count_));
  if (values.empty()) return values;
  if (rank() == 0) {
    values[0] = At(0);
    return values;
  }
  // One run along the last axis after another, counting through the axes before it.
  const int last = rank() - 1;
  std::vector<std::int64_t> index(spec_.shape.size(), 0);
  const auto size = static_cast<std::int64_t>(DTypeSize(spec_.dtype));
  for (std::int64_t done = 0; done < element_count_; done += dim(last)) {
    std::int64_t offset = 0;
    for (int axis = 0; axis < last; ++axis) {
      offset += index[static_cast<std::size_t>(axis)] * stride(axis);
    }
    ConvertToDouble(spec_.dtype, data_ + offset * size, stride(last), dim(last),
                    values.data() + done);
    for (int axis = last - 1; axis >= 0; --axis) {
      std::int64_t& i = index[static_cast<std::size_t>(axis)];
      if (++i < dim(axis)) break;
      i = 0;
    }
  }
  return values;
}

absl::StatusOr<Tensor> Tensor::Slice(std::int64_t index) const {
  if (rank() == 0) return absl::InvalidArgumentError("a scalar has no axis to slice");
  if (index < 0 || index >= dim(0)) {
    return absl::InvalidArgumentError(absl::StrCat("slice ", index, " of ", Describe(spec_),
                                                   ": the first axis has ", dim(0), " entries"));
  }
  Tensor slice;
  slice.spec_ = spec_;
  slice.spec_.shape.erase(slice.spec_.shape.begin());
  slice.strides_.assign(strides_.begin() + 1, strides_.end());
  slice.element_count_ = ElementCount(slice.spec_.shape);
  slice.data_ = data_ + index * strides_[0] * static_cast<std::int64_t>(DTypeSize(spec_.dtype));
  slice.owner_ = owner_;
  slice.file_ = file_;
  return slice;
}

}  // namespace brainalign
