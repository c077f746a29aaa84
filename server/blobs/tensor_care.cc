#include "server/blobs/tensor_care.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/start_thread.h"

namespace brainalign {
namespace {

constexpr int kStepsPerSecond = 10;

}  // namespace

TensorCare::TensorCare(Settings settings, Clock clock, Tensors* tensors, Scrubber* scrubber)
    : settings_(settings), clock_(std::move(clock)), tensors_(tensors), scrubber_(scrubber) {}

absl::StatusOr<std::unique_ptr<TensorCare>> TensorCare::Start(Settings settings, Clock clock,
                                                              Tensors* tensors,
                                                              Scrubber* scrubber) {
  std::unique_ptr<TensorCare> care(new TensorCare(settings, std::move(clock), tensors, scrubber));
  auto thread = StartThread("for the care of stored tensors",
                            [at = care.get()](const std::stop_token&) { at->Run(); });
  if (!thread.ok()) return thread.status();
  care->thread_ = *std::move(thread);
  return care;
}

TensorCare::~TensorCare() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (settings_.scrub_bytes_per_second > 0) scrubber_->Save();
}

void TensorCare::RemoveUnused() {
  MutexLock lock(removal_);
  auto removed = tensors_->RemoveUnused([this] { return !stopping_; });
  if (!removed.ok()) {
    spdlog::warn("removing unused tensors: {}", std::string(removed.status().message()));
  } else if (removed->marked + removed->tensors + removed->stray_files > 0) {
    spdlog::info("unused tensors: {} marked, {} removed with {} bytes; {} stray files removed",
                 removed->marked, removed->tensors, removed->bytes, removed->stray_files);
  }
}

void TensorCare::Run() {
  absl::Time next_removal = clock_() + settings_.removal_interval;
  while (!stopping_) {
    {
      MutexLock lock(mutex_);
      wake_.wait_for(mutex_, std::chrono::milliseconds(1000 / kStepsPerSecond),
                     [this] { return stopping_.load(); });
    }
    if (stopping_) break;
    if (settings_.scrub_bytes_per_second > 0) {
      scrubber_->Step(
          std::max<std::int64_t>(1, settings_.scrub_bytes_per_second / kStepsPerSecond));
    }
    if (clock_() >= next_removal) {
      RemoveUnused();
      next_removal = clock_() + settings_.removal_interval;
    }
  }
}

}  // namespace brainalign
