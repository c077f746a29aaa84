#include "tests/durability/stage/questions.h"

#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/jobs/brain_tensors.h"
#include "client/report/result_json.h"
#include "core/align/alignment.h"
#include "tests/core/align/simulated_inputs.h"
#include "tests/durability/stage/random_tensor.h"

namespace brainalign {
namespace {

AlignmentResult Answer(const AlignmentInputs& inputs, const AlignmentOptions& options) {
  const auto alignment = Alignment::Create(inputs, options, nullptr);
  return RunAlignment(**alignment, /*threads=*/2, CancelFlag(), nullptr).value();
}

StoredTensor Stored(const Tensor& tensor) {
  return {.name = "",
          .digest = DigestOf(tensor),
          .spec = tensor.spec(),
          .size_bytes = tensor.size_bytes()};
}

JobRequest RequestFor(const AlignmentInputs& inputs, const AlignmentOptions& options) {
  JobRequest request;
  std::vector<StoredTensor> stored;
  for (const TensorToUpload& t : TensorsOf(inputs.brain)) stored.push_back(Stored(t.tensor));
  request.brain = BrainFor(inputs.brain, stored);
  for (const LayerInput& layer : inputs.layers) {
    request.layers.push_back({.activations = Stored(layer.activations),
                              .slice = 0,
                              .relative_depth = layer.relative_depth,
                              .name = layer.name});
  }
  request.options = options;
  return request;
}

// Of the result alone: nothing of the job that it belongs to.
std::string AsText(const AlignmentResult& result) {
  return ResultToJson({.alignment = result,
                       .job_id = "",
                       .from_cache = false,
                       .compute_seconds = 0,
                       .layer_order = ""});
}

bool SameBits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

}  // namespace

Questions SmallQuestions(int words) {
  Questions questions;
  for (const std::uint64_t seed : {1, 2}) {
    const AlignmentInputs inputs = SimulateRecording({.words = words,
                                                      .sensors = 12,
                                                      .times = 19,
                                                      .layers = 3,
                                                      .dims = 8,
                                                      .sessions = 5,
                                                      .seed = seed});
    for (TensorToUpload& tensor : TensorsOf(inputs.brain)) {
      tensor.name = absl::StrCat(tensor.name, " ", seed);
      questions.tensors.push_back(std::move(tensor));
    }
    for (const LayerInput& layer : inputs.layers) {
      questions.tensors.push_back({layer.name, layer.activations});
    }
    for (const Preset preset : {Preset::kStrict, Preset::kPaper}) {
      for (const Metric metric : {Metric::kPearson, Metric::kCosine, Metric::kR2}) {
        for (const bool shared_alpha : {false, true}) {
          AlignmentOptions options;
          options.preset = preset;
          options.metric = metric;
          options.shared_alpha = shared_alpha;
          questions.all.push_back({RequestFor(inputs, options), Answer(inputs, options)});
        }
      }
    }
  }
  return questions;
}

std::string DifferenceFromAnswer(const Question& question, const JobResult& result) {
  const std::string expected = AsText(question.answer);
  const std::string told = AsText(result.alignment);
  if (expected == told) return "";
  std::size_t at = 0;
  while (at < expected.size() && at < told.size() && expected[at] == told[at]) ++at;
  const std::size_t from = at < 60 ? 0 : at - 60;
  return absl::StrCat("the result differs: expected ...", expected.substr(from, 120),
                      "... but it is ...", told.substr(from, 120), "...");
}

std::string DifferenceFromAnswer(const Question& question, const TileScores& tile) {
  const AlignmentResult& answer = question.answer;
  const Tile& place = tile.tile;
  for (int l = 0; l < place.layer_count; ++l) {
    for (int t = 0; t < place.time_count; ++t) {
      const int row = (place.layer_begin + l) * answer.times + place.time_begin + t;
      const double expected = answer.score[static_cast<std::size_t>(row)];
      const double told = tile.score[static_cast<std::size_t>(l * place.time_count + t)];
      if (!SameBits(expected, told)) {
        return absl::StrCat("tile ", tile.index, " has ", told, " at layer ", l, ", time ", t,
                            " of it; expected ", expected);
      }
    }
  }
  return "";
}

}  // namespace brainalign
