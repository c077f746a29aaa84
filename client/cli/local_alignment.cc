#include "client/cli/local_alignment.h"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/exit_code.h"
#include "client/retry/clock.h"
#include "core/align/alignment.h"
#include "core/fence.h"
#include "core/tensor/facts.h"
#include "core/version.h"

namespace brainalign {
namespace {

constexpr char kChecking[] = "checking the experiment";

// A reading that is stopped leaves no facts.
void AddFacts(AlignmentInputs& inputs, const CancelCheck& is_stopped) {
  const auto add = [&](const Tensor& tensor, TensorFacts& facts) {
    if (tensor.rank() == 0 || facts.all_finite || is_stopped()) return;
    const TensorFacts found = FindFacts(tensor, is_stopped);
    if (!is_stopped()) facts = found;
  };
  BrainInput& brain = inputs.brain;
  add(brain.is_continuous() ? brain.continuous : brain.epochs, brain.facts);
  for (LayerInput& layer : inputs.layers) add(layer.activations, layer.facts);
}

}  // namespace

absl::Status CheckMemory(const Console& console, const ServerInfo& server,
                         const AlignmentInputs& inputs, const AlignmentOptions& options) {
  const BrainInput& brain = inputs.brain;
  const bool has_brain = brain.is_continuous() || brain.epochs.rank() > 0;
  const bool is_whole = has_brain && !inputs.layers.empty();
  if (server.memory_budget_bytes == 0 || server.version != Version() || !is_whole) {
    return absl::OkStatus();
  }
  const PassingLine checking(console, kChecking);
  // The server has a folder for temporary files. None is made here, where nothing runs.
  const AlignmentResources resources = {
      .memory_bytes = server.memory_budget_bytes, .threads = server.threads, .scratch_folder = "."};
  const absl::Status planned =
      Alignment::Create(inputs, options, /*problems=*/nullptr, resources, [&console] {
        return console.stop.stop_requested();
      }).status();
  if (absl::IsCancelled(planned)) return planned;
  if (!absl::IsResourceExhausted(planned) || planned == NoMemoryLeft()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "The server's jobs have less memory than this one needs (brainalignd --memory): ",
      planned.message(), "."));
}

int CheckAlignment(const Console& console, AlignmentInputs& inputs,
                   const AlignmentOptions& options) {
  std::optional<PassingLine> checking(std::in_place, console, kChecking);
  const auto is_stopped = [&console] { return console.stop.stop_requested(); };
  AddFacts(inputs, is_stopped);
  const absl::Status wrong =
      Alignment::Create(inputs, options, /*problems=*/nullptr, /*resources=*/{}, is_stopped)
          .status();
  checking.reset();
  if (absl::IsCancelled(wrong)) return console.Stopped();
  return wrong.ok() ? kExitDone : console.Fail(kExitWrongInput, wrong);
}

absl::StatusOr<JobResult> AlignLocally(const AlignmentInputs& inputs,
                                       const AlignmentOptions& options,
                                       const AlignmentResources& resources, const Console& console,
                                       JobDisplay& display) {
  const double start_seconds = SystemClock().NowSeconds();
  CancelFlag cancel = false;
  const std::stop_callback<std::function<void()>> on_stop(console.stop,
                                                          [&cancel] { cancel = true; });
  std::optional<PassingLine> checking(std::in_place, console, kChecking);
  absl::StatusOr<std::unique_ptr<Alignment>> alignment = Alignment::Create(
      inputs, options, /*problems=*/nullptr, resources, [&cancel] { return cancel.load(); });
  checking.reset();
  if (!alignment.ok()) return alignment.status();
  display.StartLocal((*alignment)->layer_count(), (*alignment)->time_count(),
                     (*alignment)->null_count() > 0 || (*alignment)->block_count() > 0);
  const WatchCallbacks callbacks = display.Callbacks();
  absl::StatusOr<AlignmentResult> result = RunAlignment(**alignment, resources.threads, cancel,
                                                        callbacks.on_tile, callbacks.on_progress);
  if (!result.ok()) return result.status();
  return JobResult{.alignment = *std::move(result),
                   .job_id = "",
                   .from_cache = false,
                   .compute_seconds = SystemClock().NowSeconds() - start_seconds,
                   .layer_order = ""};
}

}  // namespace brainalign
