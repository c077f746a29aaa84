#include "client/tensors/read_tensor.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/connection/stubs.h"
#include "client/retry/retry.h"
#include "client/wire/crc32c.h"

namespace brainalign {
namespace {

// Appends what follows the bytes at hand, up to `size` bytes from `first` on, until the stream ends
// or breaks.
absl::Status ReadTensorStream(Connection& connection, const StoredTensor& stored,
                              std::int64_t first, std::size_t size, std::vector<std::byte>& bytes) {
  CallContext context(connection.options(), /*timeout_seconds=*/0);
  v1::ReadTensorRequest request;
  request.set_digest(stored.digest);
  request.set_offset_bytes(first + std::ssize(bytes));
  request.set_limit_bytes(static_cast<std::int64_t>(size - bytes.size()));
  const auto stream = connection.stubs().tensors->ReadTensor(context.get(), request);
  v1::ReadTensorResponse response;
  while (stream->Read(&response)) {
    const std::string& data = response.data();
    if (response.offset_bytes() == first + std::ssize(bytes) && response.crc32c() == Crc32c(data) &&
        data.size() <= size - bytes.size()) {
      const auto* const begin = reinterpret_cast<const std::byte*>(data.data());
      bytes.insert(bytes.end(), begin, begin + data.size());
      continue;
    }
    context.get()->TryCancel();
    stream->Finish();
    return absl::UnavailableError(
        absl::StrCat("A part of the tensor ", stored.name, " was damaged on its way."));
  }
  return context.Conclude(stream->Finish());
}

// `size` bytes from `first` on.
absl::StatusOr<std::vector<std::byte>> ReadTensorBytes(Connection& connection,
                                                       const StoredTensor& stored,
                                                       std::int64_t first, std::int64_t size) {
  const ConnectionOptions& options = connection.options();
  Retry retry(options.retry, *options.clock, options.stop);
  std::vector<std::byte> bytes;
  while (std::ssize(bytes) < size) {
    const std::size_t before = bytes.size();
    absl::Status status =
        ReadTensorStream(connection, stored, first, static_cast<std::size_t>(size), bytes);
    if (status.ok() && std::ssize(bytes) < size) {
      return absl::DataLossError(absl::StrCat("The server has ", bytes.size(), " bytes of the ",
                                              stored.name, ", which should have ", size, "."));
    }
    if (status.ok()) break;
    if (bytes.size() > before) retry.Progress();
    const bool again = retry.Again(status, [&](double seconds) {
      if (options.on_retry) options.on_retry(status, seconds);
    });
    if (!again) return status;
  }
  return bytes;
}

absl::StatusOr<std::int64_t> SizeOf(const TensorSpec& spec) {
  if (spec.dtype != static_cast<DType>(v1::DATA_TYPE_UNSPECIFIED)) return SizeInBytes(spec);
  return absl::UnimplementedError(
      "The server sent a tensor with elements of a type that this client does not know: the server "
      "is newer. Install the client of its version.");
}

}  // namespace

absl::StatusOr<Tensor> ReadTensor(Connection& connection, const StoredTensor& stored) {
  const absl::StatusOr<std::int64_t> size = SizeOf(stored.spec);
  if (!size.ok()) return size.status();
  absl::StatusOr<std::vector<std::byte>> bytes = ReadTensorBytes(connection, stored, 0, *size);
  if (!bytes.ok()) return bytes.status();
  return Tensor::FromBytes(stored.spec, *std::move(bytes));
}

absl::StatusOr<Tensor> ReadSlice(Connection& connection, const StoredTensor& stored,
                                 std::int64_t slice) {
  const std::vector<std::int64_t>& shape = stored.spec.shape;
  if (shape.size() != 3 || slice < 0 || slice >= shape[0]) {
    return absl::InvalidArgumentError(
        absl::StrCat("slice ", slice, " of ", Describe(stored.spec), " is none"));
  }
  if (stored.spec.order != Order::kC) {
    const absl::StatusOr<Tensor> whole = ReadTensor(connection, stored);
    return whole.ok() ? whole->Slice(slice) : whole.status();
  }
  const TensorSpec spec = {stored.spec.dtype, {shape[1], shape[2]}, Order::kC};
  const absl::StatusOr<std::int64_t> size = SizeOf(spec);
  if (!size.ok()) return size.status();
  absl::StatusOr<std::vector<std::byte>> bytes =
      ReadTensorBytes(connection, stored, slice * *size, *size);
  if (!bytes.ok()) return bytes.status();
  return Tensor::FromBytes(spec, *std::move(bytes));
}

}  // namespace brainalign
