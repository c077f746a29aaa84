#include "tests/fuzz/tensor_files.h"

#include <cstring>
#include <vector>

#include "core/tensor/format/npy_header.h"
#include "core/tensor/format/safetensors_header.h"
#include "tests/fuzz/fuzz_target.h"

namespace brainalign {
namespace {

// The bytes in memory of exactly their size, so that a read past them is seen.
std::vector<std::byte> Exactly(const std::string& bytes) {
  std::vector<std::byte> copy(bytes.size());
  if (!bytes.empty()) std::memcpy(copy.data(), bytes.data(), bytes.size());
  return copy;
}

}  // namespace

void FuzzNpy(const std::string& bytes) {
  const std::vector<std::byte> file = Exactly(bytes);
  const auto size_bytes = static_cast<std::int64_t>(file.size());
  const auto header = ParseNpyHeader(file.data(), size_bytes);
  if (!header.ok()) {
    Require(!header.status().message().empty(), "an error says something");
    return;
  }
  Require(header->data_offset > 0 && header->data_offset <= size_bytes, "elements begin inside");
  const auto data_bytes = SizeInBytes(header->spec);
  Require(data_bytes.ok() && *data_bytes == header->data_bytes,
          "a header that was read has a size");
  auto again = EncodeNpyHeader(header->spec);
  Require(again.ok(), "what was read can be written");
  const std::vector<std::byte> written = Exactly(*again);
  // The elements are not there; only a header that needs none can be read again.
  if (*data_bytes != 0) return;
  const auto back = ParseNpyHeader(written.data(), static_cast<std::int64_t>(written.size()));
  Require(back.ok() && back->spec == header->spec, "written and read again it is the same");
}

void FuzzSafetensors(const std::string& bytes) {
  const std::vector<std::byte> file = Exactly(bytes);
  const auto size_bytes = static_cast<std::int64_t>(file.size());
  const auto entries = ParseSafetensorsHeader(file.data(), size_bytes);
  if (!entries.ok()) {
    Require(!entries.status().message().empty(), "an error says something");
    return;
  }
  std::int64_t end = -1;
  for (const SafetensorsEntry& entry : *entries) {
    const auto data_bytes = SizeInBytes(entry.spec);
    Require(data_bytes.ok(), "an entry that was read has a size");
    Require(end < 0 || entry.data_offset == end, "tensors follow each other");
    end = entry.data_offset + *data_bytes;
  }
  Require(end < 0 || end == size_bytes, "tensors fill the file");
  const auto text = EncodeSafetensorsHeader(*entries);
  if (!text.ok()) return;  // a name that is not UTF-8
  const std::string data = end < 0 ? "" : bytes.substr(entries->front().data_offset);
  const std::vector<std::byte> written = Exactly(*text + data);
  const auto back =
      ParseSafetensorsHeader(written.data(), static_cast<std::int64_t>(written.size()));
  Require(back.ok() && back->size() == entries->size(), "written and read again it is the same");
}

}  // namespace brainalign
