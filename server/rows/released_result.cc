#include "server/rows/released_result.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/align/read_off_uncertainty.h"
#include "core/align/result_notes.h"
#include "server/rows/convert.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

absl::Status DamagedError() {
  return WithReason(
      absl::DataLossError("the stored result is damaged on the server's disk; submit the job again "
                          "with skip_cache to compute it anew"),
      "RESULT_DAMAGED");
}

absl::Status ArrayNotFoundError(const std::string& name, const std::string& names) {
  return WithReason(
      absl::NotFoundError(absl::StrCat("the result has no array '",
                                       absl::CHexEscape(name.substr(0, 64)), "'; it has ", names)),
      "ARRAY_NOT_FOUND", {{"name", absl::CHexEscape(name.substr(0, 64))}, {"names", names}});
}

// What p values and intervals are computed from.
constexpr std::array kMatricesOfUncertainty = {
    "null_scores", "score_for_nulls", "influence_held_out", "influence_refit", "influence_alphas"};
// Of them in one answer: some copies are in memory while it is made, beside the memory of jobs. It
// has room for 900 matrices of 10 layers and 1,800 times.
constexpr std::int64_t kMostUncertaintyBytes = 128 << 20;
// Half a minute of one core at most.
constexpr double kMostUncertaintyProducts = 1e11;

absl::Status NoUncertaintyError() {
  return WithReason(
      absl::FailedPreconditionError("the result has no p values and no intervals: its job asked "
                                    "for neither nulls nor draws, or they are not released"),
      "NO_UNCERTAINTY");
}

absl::Status UncertaintyTooLargeError(std::int64_t bytes, int draws) {
  return WithReason(
      absl::FailedPreconditionError(absl::StrCat(
          "the result has ", bytes >> 20, " MiB of nulls and influences and ", draws,
          " draws, too much to compute p values and intervals on the server; 'brainalign result' "
          "computes them on your machine")),
      "UNCERTAINTY_TOO_LARGE",
      {{"size_bytes", absl::StrCat(bytes)}, {"draws", absl::StrCat(draws)}});
}

// Place of the array among those of the record; -1 if it has none of this name.
int PlaceOf(const v1::AlignmentResult& record, const std::string& name) {
  const auto found =
      std::find_if(record.arrays().begin(), record.arrays().end(),
                   [&](const v1::ResultArray& array) { return array.name() == name; });
  return found == record.arrays().end() ? -1 : static_cast<int>(found - record.arrays().begin());
}

void CopyReadout(const MatrixReadout& readout, v1::AlignmentResult& released) {
  if (!std::isnan(readout.temporal_score)) released.set_temporal_score(readout.temporal_score);
  if (!std::isnan(readout.temporal_score_p))
    released.set_temporal_score_p(readout.temporal_score_p);
  released.set_alignment_score_mean_of_layer_maxima(readout.alignment_score_mean_of_layer_maxima);
  released.set_alignment_score_best_layer(readout.alignment_score_best_layer);
}

}  // namespace

absl::StatusOr<ReleasedResult> ReleasedResult::Open(StoredResult stored,
                                                    const std::optional<SealPolicy>& policy) {
  ReleasedResult result;
  if (!result.record_.ParseFromString(stored.record) || result.record_.piece_bytes() <= 0) {
    return DamagedError();
  }
  result.policy_ = policy;
  result.stored_ = std::move(stored);
  const v1::AlignmentResult& record = result.record_.result();
  for (const v1::Axis& axis : record.axes()) {
    result.axes_.push_back(AxisFromProto(axis));
    if (axis.name() != "layer") continue;
    result.axes_.back().values = result.stored_.layers.relative_depth;
    result.axes_.back().labels = result.stored_.layers.names;
  }
  for (const ResultArrayRow& row : ResultArrays()) {
    const ArrayRelease release = ReleaseOf(row.spec.name, policy);
    const int place = PlaceOf(record, row.spec.name);
    if (!release.is_released || (!row.is_read_off && place < 0)) continue;
    result.released_.push_back({&row, ToProto(row.spec, result.axes_), place, release.step});
  }
  return result;
}

absl::StatusOr<const ReleasedResult::ReleasedArray*> ReleasedResult::Find(
    const std::string& name) const {
  const auto found =
      std::find_if(released_.begin(), released_.end(),
                   [&](const ReleasedArray& array) { return array.row->spec.name == name; });
  if (found != released_.end()) return &*found;
  const std::string names = absl::StrJoin(
      released_, ", ",
      [](std::string* out, const ReleasedArray& array) { *out += array.row->spec.name; });
  return ArrayNotFoundError(name, names);
}

absl::StatusOr<std::int64_t> ReleasedResult::SizeOf(const std::string& name) const {
  const auto array = Find(name);
  if (!array.ok()) return array.status();
  return SizeInBytes((*array)->info);
}

absl::StatusOr<std::string> ReleasedResult::ReadPiece(const ReleasedArray& array,
                                                      std::int64_t piece) const {
  absl::StatusOr<std::string> bytes = stored_.read_piece({array.stored, piece});
  if (!bytes.ok()) return bytes.status();
  const std::int64_t left = SizeInBytes(array.info) - piece * record_.piece_bytes();
  if (static_cast<std::int64_t>(bytes->size()) != std::min(left, record_.piece_bytes())) {
    return DamagedError();
  }
  if (array.step > 0) {
    absl::StatusOr<std::vector<double>> values = FromBytes(*bytes, array.row->spec.dtype);
    if (!values.ok()) return DamagedError();
    for (double& value : *values) value = RoundToStep(value, array.step);
    *bytes = ToBytes(*values, array.row->spec.dtype);
  }
  return bytes;
}

absl::StatusOr<std::string> ReleasedResult::ReadStored(const ReleasedArray& array) const {
  const std::int64_t size = SizeInBytes(array.info);
  std::string all;
  for (std::int64_t piece = 0; piece * record_.piece_bytes() < size; ++piece) {
    const absl::StatusOr<std::string> bytes = ReadPiece(array, piece);
    if (!bytes.ok()) return bytes.status();
    all += *bytes;
  }
  return all;
}

absl::StatusOr<AlignmentResult> ReleasedResult::ReadOffArrays() const {
  AlignmentResult result;
  const v1::AlignmentResult& record = record_.result();
  result.spec.alphas = ToVector<double>(record.options().alphas());
  result.spec.window_bounds_seconds = ToVector<double>(record.options().window_bounds_seconds());
  result.spec.selection =
      static_cast<Selection>(static_cast<int>(record.options().selection()) - 1);
  result.spec.direction =
      static_cast<Direction>(static_cast<int>(record.options().direction()) - 1);
  if (const Axis* nuisance = FindAxis(axes_, "nuisance")) result.spec.nuisance = nuisance->labels;
  result.numerics_version = record.numerics_version();
  result.depth = stored_.layers.relative_depth;
  if (const Axis* time = FindAxis(axes_, "time")) result.times_seconds = time->values;
  result.self_check.cells = record.self_check().cells();
  result.input.notes = ToVector<std::string>(record.notes());
  for (const char* name : {"score", "alpha_counts"}) {
    if (absl::Status read = ReadInto(name, result); !read.ok()) return read;
  }
  if (result.depth.empty() || result.times_seconds.empty() ||
      result.score.size() != result.depth.size() * result.times_seconds.size()) {
    return DamagedError();
  }
  ReadOff(result);
  return result;
}

absl::Status ReleasedResult::ReadInto(const std::string& name, AlignmentResult& result) const {
  const auto array = Find(name);
  if (!array.ok()) return absl::OkStatus();
  const absl::StatusOr<std::string> bytes = ReadStored(**array);
  if (!bytes.ok()) return bytes.status();
  const auto values = FromBytes(*bytes, (*array)->row->spec.dtype);
  if (!values.ok() || !(*array)->row->set(*values, result)) return DamagedError();
  return absl::OkStatus();
}

absl::StatusOr<AlignmentResult> ReleasedResult::ReadOffUncertainty() const {
  const v1::AlignmentResult& record = record_.result();
  if (policy_ || !record.has_uncertainty()) return NoUncertaintyError();
  std::int64_t bytes = 0;
  for (const char* name : kMatricesOfUncertainty) {
    if (const auto array = Find(name); array.ok()) bytes += SizeInBytes((*array)->info);
  }
  // Of a draw, each element of the influences is multiplied once.
  const double products = static_cast<double>(bytes) / sizeof(double) * stored_.draws;
  if (bytes > kMostUncertaintyBytes || products > kMostUncertaintyProducts) {
    return UncertaintyTooLargeError(bytes, stored_.draws);
  }
  absl::StatusOr<AlignmentResult> result = ReadOffArrays();
  if (!result.ok()) return result;
  result->layer_names = stored_.layers.names;
  result->uncertainty_facts = UncertaintyFactsFromProto(record.uncertainty());
  result->uncertainty_facts.detrended = record.options().has_detrend();
  if (record.options().null_by() == v1::NULL_BY_SWAP) {
    result->uncertainty_facts.null_by = NullBy::kSwap;
  }
  result->uncertainty_facts.draws = stored_.draws;
  result->uncertainty_facts.seed = stored_.seed;
  for (const char* name : kMatricesOfUncertainty) {
    if (absl::Status read = ReadInto(name, *result); !read.ok()) return read;
  }
  for (const char* name : {"fold_of_block", "words_of_block", "autocorrelation_lag_1"}) {
    if (absl::Status read = ReadInto(name, *result); !read.ok()) return read;
  }
  brainalign::ReadOffUncertainty(*result);
  return result;
}

absl::StatusOr<v1::AlignmentResult> ReleasedResult::Tell() const {
  const absl::StatusOr<AlignmentResult> read_off = ReadOffArrays();
  if (!read_off.ok()) return read_off.status();
  v1::AlignmentResult released = ReleaseNumbers(record_.result(), policy_);
  released.mutable_options()->set_draws(stored_.draws);
  released.mutable_options()->set_seed(stored_.seed);
  CopyReadout(read_off->readout, released);
  if (!policy_) released.mutable_notes()->Assign(read_off->notes.begin(), read_off->notes.end());
  std::int64_t inline_bytes = 0;
  for (const ReleasedArray& array : released_) {
    v1::ResultArray& info = *released.add_arrays() = array.info;
    const std::int64_t size = SizeInBytes(array.info);
    if (size > kMostInlineBytes || inline_bytes + size > kMostInlineBytesInAll) continue;
    inline_bytes += size;
    if (array.row->is_read_off) {
      info.set_data(ToBytes(array.row->values(*read_off), array.row->spec.dtype));
      continue;
    }
    absl::StatusOr<std::string> bytes = ReadStored(array);
    if (!bytes.ok()) return bytes.status();
    info.set_data(*std::move(bytes));
  }
  CopyAxes(axes_, released.arrays(), *released.mutable_axes());
  return released;
}

absl::StatusOr<std::string> ReleasedResult::Read(const std::string& name,
                                                 std::int64_t offset) const {
  const auto array = Find(name);
  if (!array.ok()) return array.status();
  if (offset >= SizeInBytes((*array)->info)) return std::string();
  std::int64_t begin = 0;  // of `bytes` in the array
  absl::StatusOr<std::string> bytes;
  if ((*array)->row->is_read_off) {
    const absl::StatusOr<AlignmentResult> read_off = ReadOffArrays();
    if (!read_off.ok()) return read_off.status();
    bytes = ToBytes((*array)->row->values(*read_off), (*array)->row->spec.dtype);
  } else {
    const std::int64_t piece = offset / record_.piece_bytes();
    begin = piece * record_.piece_bytes();
    bytes = ReadPiece(**array, piece);
  }
  if (!bytes.ok()) return bytes.status();
  return bytes->substr(static_cast<std::size_t>(offset - begin));
}

}  // namespace brainalign
