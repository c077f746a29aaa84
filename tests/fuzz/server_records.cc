#include <limits>
#include <optional>
#include <vector>

#include "brainalign/v1/alignment.pb.h"
#include "brainalign/v1/job.pb.h"
#include "brainalign/v1/tensor.pb.h"
#include "server/jobs/cache_key.h"
#include "server/jobs/check_specification.h"
#include "server/jobs/limits.h"
#include "server/rows/codec.h"
#include "server/rows/convert.h"
#include "server/rows/digest.h"
#include "server/store/keys.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/server_bytes.h"

namespace brainalign {
namespace {

void ReadSpecification(const std::string& bytes) {
  v1::AlignmentSpec proto;
  if (!proto.ParseFromString(bytes)) return;
  std::vector<FieldProblem> problems;
  const JobSpecification specification = SpecificationFromProto(proto, "spec", problems);
  if (!problems.empty()) return;
  std::vector<FieldProblem> none;
  const JobSpecification again = SpecificationFromProto(ToProto(specification), "spec", none);
  Require(none.empty() && Encode(again) == Encode(specification),
          "a specification goes to a message and back");
  FieldProblems over_limits;
  CheckSpecification(specification, JobLimits(), over_limits);
  if (!over_limits.empty()) return;
  const AlignmentSpec resolved = Resolve(specification, problems);
  if (!problems.empty()) return;
  const std::string key = ComputeCacheKey(specification, resolved);
  Require(key == ComputeCacheKey(again, resolved), "the cache key is the specification's");
  AlignmentSpec other = resolved;
  ++other.folds;
  Require(key != ComputeCacheKey(specification, other), "and no other's");
}

void ReadTensorRef(const std::string& bytes) {
  v1::StartUploadRequest proto;
  if (!proto.ParseFromString(bytes)) return;
  std::vector<FieldProblem> problems;
  const TensorRef ref = TensorRefFromProto(proto.tensor(), "tensor", problems);
  if (!problems.empty()) return;
  const auto size_bytes = SizeInBytes(ref.spec);
  Require(size_bytes.ok() && *size_bytes >= 0, "a reference that was taken has a size");
  Require(!Describe(ref.spec).empty(), "and can be told");
}

void ReadOptions(const std::string& bytes) {
  v1::AlignmentOptions proto;
  if (!proto.ParseFromString(bytes)) return;
  std::vector<FieldProblem> problems;
  const AlignmentOptions options = OptionsFromProto(proto, "options", problems);
  if (!problems.empty()) return;
  const AlignmentSpec spec = ResolveOptions(options, true, 1.5, problems);
  if (problems.empty()) {
    Require(spec.alphas.empty() == IsSimilarity(spec.metric) && spec.folds >= 2,
            "resolved options make sense");
  }
}

void ReadTime(const std::string& bytes) {
  google::protobuf::Timestamp proto;
  if (!proto.ParseFromString(bytes)) return;
  TimeFromProto(proto);
}

// What decodes also encodes, and is then the same for ever.
template <typename Record>
void RoundTrip(const std::string& bytes,
               std::optional<Record> (*decode)(const std::string& bytes)) {
  const std::optional<Record> record = decode(bytes);
  if (!record) return;
  const std::string encoded = Encode(*record);
  const std::optional<Record> again = decode(encoded);
  Require(again.has_value(), "a record that was read is one when written");
  Require(Encode(*again) == encoded, "and stays the same");
}

}  // namespace

void FuzzRequests(const std::string& bytes) {
  int choice = 0;
  const std::string rest = Choose(bytes, 4, choice);
  switch (choice) {
    case 0:
      return ReadSpecification(rest);
    case 1:
      return ReadTensorRef(rest);
    case 2:
      return ReadOptions(rest);
    default:
      return ReadTime(rest);
  }
}

void FuzzRecords(const std::string& bytes) {
  int choice = 0;
  const std::string rest = Choose(bytes, 17, choice);
  switch (choice) {
    case 0:
      return RoundTrip(rest, &DecodeUpload);
    case 1:
      return RoundTrip(rest, &DecodeBlob);
    case 2:
      return RoundTrip(rest, &DecodeJob);
    case 3:
      return RoundTrip(rest, &DecodeExecution);
    case 4:
      return RoundTrip(rest, &DecodeEvent);
    case 5:
      return RoundTrip(rest, &DecodeSpecification);
    case 6:
      return RoundTrip(rest, &DecodeTile);
    case 7:
      return RoundTrip(rest, &DecodeHolding);
    case 8:
      return RoundTrip(rest, &DecodeCharge);
    case 9:
      return RoundTrip(rest, &DecodeRecording);
    case 10:
      return RoundTrip(rest, &DecodeSubmission);
    case 11:
      return RoundTrip(rest, &DecodeScrub);
    case 12:
      return RoundTrip(rest, &DecodeShares);
    case 13:
      return RoundTrip(rest, &DecodeJobLayers);
    case 14:
      return RoundTrip(rest, &DecodeWordTable);
    case 15:
      return RoundTrip(rest, &DecodeModel);
    default:
      return RoundTrip(rest, &DecodeMadeResource);
  }
}

void FuzzKeys(const std::string& bytes) {
  const std::int64_t number = TrailingNumber(bytes);
  if (bytes.size() >= 8) {
    Require(EncodeNumber(number) == bytes.substr(bytes.size() - 8), "a number is its bytes");
  } else {
    Require(number == -1, "too few bytes are no number");
  }
  Require(TrailingNumber(EventKey(7, number)) == number, "an event's key ends in its sequence");
  if (number >= 0 && number < std::numeric_limits<std::int64_t>::max()) {
    Require(EncodeNumber(number) < EncodeNumber(number + 1), "keys sort by their numbers");
  }
  std::string payload;
  if (Unseal(bytes, payload)) Require(Seal(payload) == bytes, "what unseals was sealed");
  Require(Unseal(Seal(bytes), payload) && payload == bytes, "what is sealed unseals");
  Require(!IsDigest(bytes) || bytes.size() == 64, "a digest has 64 digits");
  DescribeBadDigest(bytes);
}

}  // namespace brainalign
