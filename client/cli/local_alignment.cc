#include "client/cli/local_alignment.h"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "client/cli/exit_code.h"
#include "client/retry/clock.h"
#include "core/align/alignment.h"

namespace brainalign {
namespace {

constexpr char kChecking[] = "checking the experiment";

}  // namespace

int CheckAlignment(const Console& console, const AlignmentInputs& inputs,
                   const AlignmentOptions& options) {
  std::optional<PassingLine> checking(std::in_place, console, kChecking);
  const absl::Status wrong =
      Alignment::Create(inputs, options, /*problems=*/nullptr, /*resources=*/{}, [&] {
        return console.stop.stop_requested();
      }).status();
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
