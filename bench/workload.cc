#include "bench/workload.h"

#include <cmath>

namespace brainalign {
namespace {

// Hours of listening: epochs from 2.5 s before to 3 s after each word.
Workload Listening(const std::string& name, std::int64_t words) {
  Workload workload;
  workload.name = name;
  workload.data = name;
  workload.words = words;
  workload.tmin_seconds = -2.5;
  workload.tmax_seconds = 3.0;
  workload.first_delay_seconds = 0.2;
  workload.last_delay_seconds = 0.8;
  workload.presets = {Preset::kPaper, Preset::kStrict};
  workload.options.pca = 50;
  return workload;
}

std::vector<Workload> MakeWorkloads() {
  Workload paper = Listening("paper", 40'000);
  paper.layers = 9;
  paper.dims = 4096;
  paper.sessions = 10;  // an hour each: the content words of what is heard
  paper.words_per_second = 1.1;
  paper.activation_dtype = DType::kBF16;

  Workload session = Listening("session", 8'500);
  session.layers = 9;
  session.dims = 1024;
  session.words_per_second = 2.4;
  session.options.fold_by = FoldBy::kContiguous;

  Workload wide = Listening("wide", 16'000);
  wide.layers = 8;
  wide.dims = 4096;
  wide.sessions = 2;
  wide.words_per_second = 2.2;
  wide.tmin_seconds = -0.1;
  wide.tmax_seconds = 16.0 / kSamplingRateHz;
  wide.first_delay_seconds = 0.1;
  wide.last_delay_seconds = 0.4;
  wide.activation_dtype = DType::kBF16;
  wide.presets = {Preset::kStrict};
  wide.options.pca = 0;
  wide.options.selection = Selection::kGcv;
  wide.options.fold_by = FoldBy::kContiguous;

  Workload small = Listening("small", 600);
  small.layers = 12;
  small.dims = 768;
  small.words_per_second = 2.4;
  small.options.fold_by = FoldBy::kContiguous;

  Workload encoding = session;
  encoding.name = "encoding";
  encoding.presets = {Preset::kStrict};
  encoding.options.direction = Direction::kModelToBrain;

  return {paper, session, wide, small, encoding};
}

}  // namespace

std::int64_t Workload::times() const {
  return std::llround(tmax_seconds * kSamplingRateHz) -
         std::llround(tmin_seconds * kSamplingRateHz) + 1;
}

const std::vector<Workload>& AllWorkloads() {
  static const auto& workloads = *new std::vector<Workload>(MakeWorkloads());
  return workloads;
}

const Workload* FindWorkload(const std::string& name) {
  for (const Workload& workload : AllWorkloads()) {
    if (workload.name == name) return &workload;
  }
  return nullptr;
}

AlignmentSpec SpecOf(const Workload& workload, Preset preset) {
  AlignmentOptions options = workload.options;
  options.preset = preset;
  std::vector<FieldProblem> none;
  return ResolveOptions(options, workload.sessions > 1,
                        workload.tmax_seconds - workload.tmin_seconds, none);
}

}  // namespace brainalign
