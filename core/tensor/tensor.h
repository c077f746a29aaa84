#ifndef BRAINALIGN_CORE_TENSOR_TENSOR_H_
#define BRAINALIGN_CORE_TENSOR_TENSOR_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/tensor/dtype.h"

namespace brainalign {

class MappedFile;

inline constexpr std::size_t kMaxAxes = 32;

// kC: the last axis varies fastest. kFortran: the first axis does.
enum class Order : std::uint8_t { kC = 1, kFortran = 2 };

// How bytes are read as an array: little-endian, densely packed.
struct TensorSpec {
  DType dtype = DType::kF32;
  std::vector<std::int64_t> shape;  // empty: a scalar
  Order order = Order::kC;

  bool operator==(const TensorSpec& other) const = default;
};

// The number of bytes of an array with this `spec`. INVALID_ARGUMENT if an axis is negative, there
// are more than 32, or the size (axes of length zero left out) does not fit in 63 bits.
absl::StatusOr<std::int64_t> SizeInBytes(const TensorSpec& spec);

// Such as "f32 (600, 24, 31)", or "f32 (600, 24, 31), Fortran order".
std::string Describe(const TensorSpec& spec);

// A read-only array and whatever keeps its bytes alive (a mapped file, a
// vector). Copies share the bytes. Elements need not be aligned.
class Tensor {
 public:
  Tensor() = default;

  // Requires: `data` holds SizeInBytes(spec) bytes for as long as `owner` lives.
  Tensor(TensorSpec spec, const std::byte* data, std::shared_ptr<const void> owner);

  // A tensor over the bytes of `file` from `offset_bytes` on. Requires: SizeInBytes(spec) of them.
  static Tensor OfFile(TensorSpec spec, std::shared_ptr<const MappedFile> file,
                       std::int64_t offset_bytes);

  // A tensor over `bytes`. INVALID_ARGUMENT if their number is not SizeInBytes(spec).
  static absl::StatusOr<Tensor> FromBytes(TensorSpec spec, std::vector<std::byte> bytes);

  const TensorSpec& spec() const { return spec_; }
  DType dtype() const { return spec_.dtype; }
  int rank() const { return static_cast<int>(spec_.shape.size()); }
  std::int64_t dim(int axis) const { return spec_.shape[static_cast<std::size_t>(axis)]; }
  std::int64_t element_count() const { return element_count_; }
  std::int64_t size_bytes() const {
    return element_count_ * static_cast<std::int64_t>(DTypeSize(spec_.dtype));
  }
  const std::byte* data() const { return data_; }

  // For a tensor over a file: MappedFile::CheckReadable. Call it after reading, before results
  // computed from the elements count. Otherwise OK.
  absl::Status CheckReadable() const;

  // Whether the elements are contiguous: size_bytes() bytes at data(), in the order of spec().
  // False for a slice of a tensor in Fortran order.
  bool is_dense() const;

  // Distance between neighbours on `axis`, in elements.
  std::int64_t stride(int axis) const { return strides_[static_cast<std::size_t>(axis)]; }

  // Element at a flat position in memory order, converted. No bounds check.
  double At(std::int64_t position) const;

  // All elements in C order, converted. For small tensors (onsets, times).
  std::vector<double> ToDoubles() const;

  // Sub-array at `index` of the first axis, one axis fewer, sharing the bytes.
  // Fortran order is kept by strides: see stride(). INVALID_ARGUMENT out of range
  // or for a scalar.
  absl::StatusOr<Tensor> Slice(std::int64_t index) const;

 private:
  TensorSpec spec_;
  const std::byte* data_ = nullptr;
  std::shared_ptr<const void> owner_;
  const MappedFile* file_ = nullptr;  // the owner, if it is a file
  std::int64_t element_count_ = 0;
  std::vector<std::int64_t> strides_;
};

// The position of the first NaN or infinity of `tensor`, with one index per axis. "First" is in C
// order (last axis fastest), whatever the order in memory. Empty if all elements are finite
// (always, for integers). A scalar gives {0}. `stop`, if not empty, is called every few MiB. If it
// has returned true, ignore the result.
std::vector<std::int64_t> FirstNonFinite(const Tensor& tensor,
                                         const std::function<bool()>& stop = nullptr);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TENSOR_TENSOR_H_
