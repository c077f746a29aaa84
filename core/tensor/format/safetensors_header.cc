#include "core/tensor/format/safetensors_header.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/tensor/format/foreign_bytes.h"

namespace brainalign {
namespace {

constexpr std::int64_t kLengthSize = 8;
constexpr std::uint64_t kMaxSafetensorsTextBytes = 100'000'000;  // the format's own limit
constexpr char kMetadata[] = "__metadata__";

struct SafetensorsDType {
  const char* name;
  DType dtype;
};
constexpr SafetensorsDType kDTypes[] = {
    {"F16", DType::kF16}, {"BF16", DType::kBF16}, {"F32", DType::kF32}, {"F64", DType::kF64},
    {"I16", DType::kI16}, {"I32", DType::kI32},   {"I64", DType::kI64}};

// A tensor as the header states it; offsets from the end of the text.
struct StatedTensor {
  std::string name;
  std::optional<DType> dtype;
  std::optional<std::vector<std::int64_t>> shape;
  std::optional<std::vector<std::int64_t>> offsets;
};

// Takes the JSON event by event: a document would need memory for whatever a
// hostile header nests, and would keep only one of two equal names.
class HeaderEvents : public nlohmann::json_sax<nlohmann::json> {
 public:
  std::vector<StatedTensor>& tensors() { return tensors_; }
  const std::string& problem() const { return problem_; }

  bool start_object(std::size_t) override {
    ++depth_;
    if (InMetadata() || depth_ == 1) return true;
    if (depth_ == 2) return true;
    return Unexpected();
  }
  bool end_object() override {
    if (depth_ == 2 && !metadata_ && !Complete(tensors_.back())) return false;
    if (depth_ == 2) metadata_ = false;
    --depth_;
    return true;
  }
  bool key(string_t& name) override {
    if (depth_ == 1) return BeginEntry(name);
    if (!InMetadata()) field_ = name;
    return true;
  }
  bool start_array(std::size_t) override {
    ++depth_;
    if (InMetadata()) return true;
    if (depth_ != 3) return Unexpected();
    StatedTensor& tensor = tensors_.back();
    if (field_ == "shape" && !tensor.shape) {
      array_ = &tensor.shape.emplace();
    } else if (field_ == "data_offsets" && !tensor.offsets) {
      array_ = &tensor.offsets.emplace();
    } else {
      return Unexpected();
    }
    return true;
  }
  bool end_array() override {
    --depth_;
    if (!InMetadata()) array_ = nullptr;
    return true;
  }
  bool string(string_t& value) override {
    if (InMetadata()) return true;
    if (depth_ != 2 || field_ != "dtype" || tensors_.back().dtype) return Unexpected();
    for (const SafetensorsDType& known : kDTypes) {
      if (value == known.name) tensors_.back().dtype = known.dtype;
    }
    if (tensors_.back().dtype) return true;
    return Fail(absl::StrCat("holds tensor ", QuoteForeignText(tensors_.back().name),
                             " with dtype ", QuoteForeignText(value),
                             ", which is not read; supported are F16, BF16, F32, F64, I16, I32 "
                             "and I64"));
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (InMetadata()) return true;
    if (!array_ || array_->size() == kMaxAxes ||
        value > static_cast<number_unsigned_t>(INT64_MAX)) {
      return Unexpected();
    }
    array_->push_back(static_cast<std::int64_t>(value));
    return true;
  }
  bool number_integer(number_integer_t) override { return InMetadata() || Unexpected(); }
  bool number_float(number_float_t, const string_t&) override {
    return InMetadata() || Unexpected();
  }
  bool boolean(bool) override { return InMetadata() || Unexpected(); }
  bool null() override { return InMetadata() || Unexpected(); }
  bool binary(binary_t&) override { return Unexpected(); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    return Fail(absl::StrCat("has a header that is not JSON (at its byte ", position, ")"));
  }

 private:
  bool InMetadata() const { return metadata_; }

  bool Fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return false;
  }

  bool Unexpected() {
    if (tensors_.empty()) return Fail("has a header that does not map names to tensors");
    return Fail(
        absl::StrCat("has a header whose entry ", QuoteForeignText(tensors_.back().name),
                     " is not a dtype, a shape and two data_offsets",
                     field_.empty() ? "" : absl::StrCat(" (see ", QuoteForeignText(field_), ")")));
  }

  bool BeginEntry(const std::string& name) {
    if (!names_.insert(name).second) {
      return Fail(absl::StrCat("has a header that names ", QuoteForeignText(name), " twice"));
    }
    metadata_ = name == kMetadata;
    field_.clear();
    if (!metadata_) tensors_.push_back({name, {}, {}, {}});
    return true;
  }

  bool Complete(const StatedTensor& tensor) {
    if (tensor.dtype && tensor.shape && tensor.offsets && tensor.offsets->size() == 2) return true;
    return Unexpected();
  }

  int depth_ = 0;
  bool metadata_ = false;
  std::string field_;
  std::vector<std::int64_t>* array_ = nullptr;  // the one being filled
  std::unordered_set<std::string> names_;
  std::vector<StatedTensor> tensors_;
  std::string problem_;
};

// Checks that `tensors` follow each other from 0 to `data_size`.
absl::StatusOr<std::vector<SafetensorsEntry>> Place(std::vector<StatedTensor> tensors,
                                                    std::int64_t data_begin,
                                                    std::int64_t data_size) {
  std::vector<StatedTensor*> ordered;
  ordered.reserve(tensors.size());
  for (StatedTensor& tensor : tensors) ordered.push_back(&tensor);
  std::stable_sort(
      ordered.begin(), ordered.end(),
      [](const StatedTensor* a, const StatedTensor* b) { return *a->offsets < *b->offsets; });
  std::vector<SafetensorsEntry> entries;
  std::int64_t end_before = 0;
  for (StatedTensor* const stated : ordered) {
    StatedTensor& tensor = *stated;
    const std::int64_t begin = (*tensor.offsets)[0];
    const std::int64_t end = (*tensor.offsets)[1];
    const std::string which = absl::StrCat("holds tensor ", QuoteForeignText(tensor.name),
                                           " at bytes ", begin, " to ", end);
    if (begin > end) return absl::InvalidArgumentError(absl::StrCat(which, ", which is backwards"));
    if (end > data_size) {
      return absl::InvalidArgumentError(
          absl::StrCat(which, ", but only ", data_size, " bytes follow the header"));
    }
    TensorSpec spec{*tensor.dtype, *std::move(tensor.shape), Order::kC};
    const absl::StatusOr<std::int64_t> size = SizeInBytes(spec);
    if (!size.ok())
      return absl::InvalidArgumentError(absl::StrCat(which, ", but ", size.status().message()));
    if (*size != end - begin) {
      return absl::InvalidArgumentError(
          absl::StrCat(which, ", but ", Describe(spec), " takes ", *size, " bytes"));
    }
    if (begin < end_before) {
      return absl::InvalidArgumentError(
          absl::StrCat(which, ", which overlaps the tensor before it"));
    }
    if (begin > end_before) {
      return absl::InvalidArgumentError(
          absl::StrCat(which, ", which leaves a hole after byte ", end_before));
    }
    end_before = end;
    entries.push_back({std::move(tensor.name), std::move(spec), data_begin + begin});
  }
  if (end_before != data_size) {
    return absl::InvalidArgumentError(absl::StrCat("has ", data_size - end_before,
                                                   " bytes too many: its tensors end at byte ",
                                                   end_before, " of ", data_size));
  }
  return entries;
}

}  // namespace

absl::StatusOr<std::vector<SafetensorsEntry>> ParseSafetensorsHeader(const std::byte* data,
                                                                     std::int64_t size_bytes) {
  if (size_bytes < kLengthSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("is not a .safetensors file: it has only ", size_bytes, " bytes"));
  }
  std::uint64_t text_size = 0;
  for (int i = 0; i < kLengthSize; ++i) {
    text_size |= std::to_integer<std::uint64_t>(data[i]) << (8 * i);
  }
  if (text_size > kMaxSafetensorsTextBytes) {
    return absl::InvalidArgumentError(absl::StrCat("announces a header of ", text_size,
                                                   " bytes; at most ", kMaxSafetensorsTextBytes,
                                                   " are read: it may not be a .safetensors file"));
  }
  const std::int64_t data_begin = kLengthSize + static_cast<std::int64_t>(text_size);
  if (size_bytes < data_begin) {
    return absl::InvalidArgumentError(absl::StrCat("is truncated: it announces a header of ",
                                                   text_size, " bytes, but only ",
                                                   size_bytes - kLengthSize, " follow"));
  }
  const auto* text = reinterpret_cast<const char*>(data + kLengthSize);
  HeaderEvents events;
  if (!nlohmann::json::sax_parse(text, text + text_size, &events))
    return absl::InvalidArgumentError(events.problem());
  return Place(std::move(events.tensors()), data_begin, size_bytes - data_begin);
}

absl::StatusOr<std::string> EncodeSafetensorsHeader(const std::vector<SafetensorsEntry>& entries) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  std::unordered_set<std::string> names = {kMetadata};
  std::int64_t offset = 0;
  for (const SafetensorsEntry& entry : entries) {
    const std::string& name = entry.name;
    if (!names.insert(name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("a tensor cannot be named ", QuoteForeignText(name), " here"));
    }
    if (entry.spec.order != Order::kC) {
      return absl::InvalidArgumentError(
          absl::StrCat("tensor ", QuoteForeignText(name), " is in Fortran order"));
    }
    const absl::StatusOr<std::int64_t> size = SizeInBytes(entry.spec);
    if (!size.ok()) return size.status();
    const auto* dtype =
        std::find_if(std::begin(kDTypes), std::end(kDTypes),
                     [&](const auto& known) { return known.dtype == entry.spec.dtype; });
    header[name] = {{"dtype", dtype->name},
                    {"shape", entry.spec.shape},
                    {"data_offsets", {offset, offset + *size}}};
    offset += *size;
  }
  // A name that is not UTF-8 would be replaced in silence, so it is looked for.
  std::string text = header.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  const nlohmann::ordered_json again = nlohmann::ordered_json::parse(text, nullptr, false);
  for (const SafetensorsEntry& entry : entries) {
    if (!again.contains(entry.name)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the tensor name ", QuoteForeignText(entry.name), " is not UTF-8"));
    }
  }
  text.append((8 - text.size() % 8) % 8, ' ');  // so that the elements are aligned
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(text.size() >> (8 * i));
  return length + text;
}

}  // namespace brainalign
