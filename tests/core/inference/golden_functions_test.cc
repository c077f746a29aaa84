// Single functions against tests/golden/uncertainty/functions.json.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/inference/blocks.h"
#include "core/inference/circular_shift.h"
#include "core/inference/curve_times.h"
#include "core/inference/detrend.h"
#include "core/inference/random_draws.h"
#include "core/inference/session_words.h"
#include "core/inference/student_t.h"
#include "core/inference/subjects.h"
#include "tests/core/inference/golden_file.h"

namespace brainalign {
namespace {

const nlohmann::json& FunctionNumbers() {
  static const auto& numbers = *new nlohmann::json(ReadUncertaintyGolden("functions"));
  return numbers;
}

// A number written in hexadecimal, exactly.
double ExactNumber(const nlohmann::json& text) {
  return std::strtod(text.get<std::string>().c_str(), nullptr);
}

TEST(GoldenInferenceTest, DrawsHaveTheSameBits) {
  for (const auto& draw : FunctionNumbers().at("draws")) {
    const auto seed = draw.at("seed").get<std::uint64_t>();
    const auto i = draw.at("i").get<std::uint64_t>();
    const auto j = draw.at("j").get<std::uint64_t>();
    EXPECT_EQ(UniformDraw(seed, 1, i, j), ExactNumber(draw.at("uniform"))) << draw;
    EXPECT_EQ(NormalDraw(seed, i, j), ExactNumber(draw.at("normal"))) << draw;
  }
}

TEST(GoldenInferenceTest, ShiftsAreTheSame) {
  for (const auto& shift : FunctionNumbers().at("shifts")) {
    const auto sessions = shift.at("sessions").get<std::vector<std::int64_t>>();
    const std::vector<Words> words =
        WordsOfSessions(sessions, static_cast<std::int32_t>(sessions.size()));
    EXPECT_EQ(
        ShiftedWords(words, shift.at("lowest").get<int>(), shift.at("seed").get<std::uint64_t>(),
                     shift.at("null").get<std::uint64_t>()),
        shift.at("words").get<std::vector<std::int32_t>>())
        << shift.at("seed");
  }
}

TEST(GoldenInferenceTest, TimesOfCurves) {
  for (const auto& entry : FunctionNumbers().at("curves")) {
    const std::vector<double> curve = FlatNumbers(entry.at("curve"));
    const std::vector<double> times = FlatNumbers(entry.at("times"));
    ExpectClose(PeakTime(curve.data(), times), NumberOf(entry.at("t_max")), 1e-12, "t_max");
    ExpectClose(HalfMaximumTime(curve.data(), times), NumberOf(entry.at("t_half")), 1e-12,
                "t_half");
  }
}

TEST(GoldenInferenceTest, Detrending) {
  for (const auto& entry : FunctionNumbers().at("detrended")) {
    const auto sessions = entry.at("sessions").get<std::vector<std::int64_t>>();
    Matrix columns = MatrixOf(entry.at("before"));
    Detrend(WordsOfSessions(sessions, static_cast<std::int32_t>(sessions.size())),
            FlatNumbers(entry.at("onsets")), entry.at("order").get<int>(), columns);
    EXPECT_LT((columns - Matrix(MatrixOf(entry.at("after")))).cwiseAbs().maxCoeff(), 1e-12);
  }
}

TEST(GoldenInferenceTest, StudentsT) {
  for (const auto& entry : FunctionNumbers().at("student")) {
    const int df = entry.at("df").get<int>();
    ExpectClose(TwoSidedTQuantile(0.05, df), entry.at("quantile"), 1e-11, "quantile");
    const double p = entry.at("p").get<double>();
    EXPECT_NEAR(TwoSidedT(entry.at("t"), df), p, 1e-10 * p) << entry;
  }
}

TEST(GoldenInferenceTest, SubjectsAreFlippedInAllWays) {
  for (const auto& entry : FunctionNumbers().at("subjects")) {
    const SubjectSummary summary = SummariseSubjects(FlatNumbers(entry.at("values")));
    ExpectClose(summary.mean, entry.at("mean"), 1e-13, "mean");
    ExpectClose(summary.se.value(), entry.at("se"), 1e-13, "se");
    EXPECT_EQ(summary.p.value(), entry.at("p").get<double>()) << entry;
  }
}

TEST(GoldenInferenceTest, LengthOfBlocks) {
  for (const auto& entry : FunctionNumbers().at("block_words")) {
    // The slow program counts such an epoch, too, though it says nothing (BlockLengthTest).
    if (entry.at("epoch") == 0) continue;
    EXPECT_EQ(BlockWords(entry.at("epoch"), entry.at("gap"), entry.at("words"), 5),
              entry.at("block_words").get<int>())
        << entry;
  }
}

}  // namespace
}  // namespace brainalign
