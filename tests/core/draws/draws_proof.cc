// Experiments with the faults of real data, and options, drawn by chance: every route through the
// engine is held against double precision.
#include <algorithm>
#include <atomic>
#include <iostream>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "tests/core/draws/agreement.h"
#include "tests/core/draws/chances.h"
#include "tests/core/draws/drawn_inputs.h"
#include "tests/core/draws/drawn_options.h"
#include "tests/durability/stage/proof.h"

namespace brainalign {
namespace {

constexpr int kPercentOfFewWords = 20;

int first_draw = 0;
int draw_count = 100;
int thread_count = 1;
bool tells_each = false;
std::vector<int> only;  // draws, in place of those

struct Totals {
  int refused = 0;
  int compared = 0;
  int fell_back = 0;
  int ill_posed = 0;
  int ties = 0;
  int fast = 0;
  int wrong = 0;
  double largest_difference = 0;
  double largest_difference_of_fast = 0;
};

void Add(const Verdict& verdict, Totals& totals) {
  totals.refused += verdict.refusal.empty() ? 0 : 1;
  totals.compared += verdict.has_reference ? 1 : 0;
  totals.fell_back += verdict.fell_back ? 1 : 0;
  totals.fast += verdict.ran_fast ? 1 : 0;
  totals.wrong += verdict.problems.empty() ? 0 : 1;
  if (!verdict.problems.empty()) return;
  if (verdict.is_tie) {
    ++totals.ties;
  } else if (verdict.is_ill_posed) {
    ++totals.ill_posed;
  } else {
    totals.largest_difference = std::max(totals.largest_difference, verdict.largest_difference);
    totals.largest_difference_of_fast =
        std::max(totals.largest_difference_of_fast, verdict.largest_difference_of_fast);
  }
}

void HoldDraw(int draw, std::mutex& telling, Totals& totals) {
  // Each draw has numbers of its own, so that one can be repeated alone.
  const std::uint64_t first = ReproducibleRandom(ProofSeed()).Next();
  Chances chances(ReproducibleRandom(first + static_cast<std::uint64_t>(draw)).Next());
  const bool few = chances.random.Chance(kPercentOfFewWords);
  const AlignmentInputs inputs = DrawInputs(chances, few);
  const AlignmentOptions options = DrawOptions(chances, inputs);
  const Verdict verdict = HoldAgainstDouble(inputs, options);
  const std::lock_guard<std::mutex> lock(telling);
  Add(verdict, totals);
  std::ostringstream text;
  text << "draw " << draw << ": ";
  if (!verdict.refusal.empty()) text << "refused: " << verdict.refusal << "; ";
  text << absl::StrJoin(chances.told, ", ") << "; " << verdict.options;
  if (!verdict.problems.empty()) {
    ADD_FAILURE() << absl::StrJoin(verdict.problems, "\n") << "\n"
                  << text.str() << "\nagain: build/release/bin/brainalign_draws_proof --seed "
                  << ProofSeed() << " --first " << draw << " --draws 1";
  } else if (tells_each) {
    std::cout << text.str() << "; largest difference " << verdict.largest_difference
              << (verdict.ran_fast ? absl::StrCat(", of fast ", verdict.largest_difference_of_fast)
                                   : "")
              << std::endl;
  }
}

TEST(DrawsTest, EveryRouteAgreesWithDouble) {
  std::mutex telling;
  Totals totals;  // guarded by `telling`
  if (!only.empty()) draw_count = static_cast<int>(only.size());
  std::atomic<int> next{0};
  const auto work = [&] {
    for (int mine = next++; mine < draw_count; mine = next++) {
      HoldDraw(only.empty() ? first_draw + mine : only[static_cast<std::size_t>(mine)], telling,
               totals);
    }
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < thread_count; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  std::cout << draw_count << " draws: " << totals.wrong << " wrong, " << totals.refused
            << " refused, " << totals.compared << " compared with a reference (" << totals.fell_back
            << " went on in double, " << totals.fast << " in fast, too); " << totals.ill_posed
            << " are right as far as the reference is sure, " << totals.ties
            << " have the other of two penalties that tie, the others within "
            << totals.largest_difference << ", fast within " << totals.largest_difference_of_fast
            << std::endl;
  EXPECT_GE(totals.compared, draw_count / 2) << "there is too little to compare";
}

}  // namespace
}  // namespace brainalign

int main(int argc, char** argv) {
  using namespace brainalign;  // NOLINT(google-build-using-namespace)
  CLI::App options("Holds experiments with the faults of real data against double precision");
  options.add_option("--draws", draw_count, "How many")->capture_default_str();
  options.add_option("--first", first_draw, "The number of the first")->capture_default_str();
  options.add_option("--threads", thread_count, "Draws at a time")->capture_default_str();
  options.add_option("--only", only, "Numbers of the draws, such as 3,17")->delimiter(',');
  options.add_flag("--tell", tells_each, "Tells of each draw, not only of wrong ones");
  return RunProof(argc, argv, options, [] {
    draw_count = 20'000;
    thread_count = static_cast<int>(std::thread::hardware_concurrency());
  });
}
