#include "tests/core/align/align.h"

#include <utility>

#include "gtest/gtest.h"

namespace brainalign {

AlignmentResult Align(const AlignmentInputs& inputs, const AlignmentOptions& options, int threads,
                      const AlignmentResources& resources) {
  auto alignment = Alignment::Create(inputs, options, nullptr, resources);
  EXPECT_TRUE(alignment.ok()) << alignment.status();
  if (!alignment.ok()) return {};
  const CancelFlag cancel{false};
  auto result = RunAlignment(**alignment, threads, cancel, nullptr);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *std::move(result) : AlignmentResult();
}

void PrepareAll(Alignment& alignment) {
  const CancelFlag cancel{false};
  for (const Unit& unit : alignment.units()) {
    if (unit.kind != UnitKind::kPreparation) return;
    const absl::Status status = alignment.Prepare(unit.index, cancel);
    EXPECT_TRUE(status.ok()) << status;
  }
}

}  // namespace brainalign
