#include "core/problem/unit_checks.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// 150 words, half a second apart, in 80 s at 100 Hz; 6 sensors.
BrainInput Recording() {
  BrainInput brain;
  brain.continuous = TensorOfFloats({6, 8000}, std::vector<float>(48000));
  brain.sfreq_hz = 100;
  for (int word = 0; word < 150; ++word) brain.onsets_seconds.push_back(2.013 + 0.5 * word);
  for (int t = 0; t < 10; ++t) brain.times_seconds.push_back(-0.1 + 0.05 * t);
  return brain;
}

BrainInput AsEpochs() {
  BrainInput brain = Recording();
  brain.continuous = Tensor();
  brain.sfreq_hz = 0;
  brain.epochs = TensorOfFloats({150, 6, 10}, std::vector<float>(9000));
  return brain;
}

void Scale(std::vector<double>& values, double factor) {
  for (double& value : values) value *= factor;
}

std::string ProblemOf(const BrainInput& brain) {
  std::vector<FieldProblem> problems;
  CheckUnits(brain, problems);
  EXPECT_EQ(problems.size(), 1u);
  return problems.empty() ? "" : problems[0].field + ": " + problems[0].description;
}

std::string NotesOf(const BrainInput& brain) {
  std::vector<FieldProblem> problems;
  CheckUnits(brain, problems);
  EXPECT_THAT(problems, IsEmpty());
  std::string all;
  for (const std::string& note : UnitNotes(brain)) all += note + "\n";
  return all;
}

TEST(UnitChecksTest, SecondsAndHzNeedNoWord) {
  EXPECT_EQ(NotesOf(Recording()), "");
  EXPECT_EQ(NotesOf(AsEpochs()), "");
  EXPECT_EQ(DescribeProbableUnits(Recording()), "");
}

TEST(UnitChecksTest, ATransposedRecordingIsToldByItsAxes) {
  BrainInput brain = Recording();
  brain.continuous = TensorOfFloats({8000, 6}, std::vector<float>(48000));
  EXPECT_THAT(ProblemOf(brain), AllOf(HasSubstr("brain.continuous: 150 of 150 onsets lie outside"),
                                      HasSubstr("0.06 s"), HasSubstr("looks transposed"),
                                      HasSubstr("(sensors, samples)"), HasSubstr("last 80 s")));
}

TEST(UnitChecksTest, ManyVoxelsAreNotATransposedRecording) {
  BrainInput brain = Recording();
  brain.continuous = TensorOfFloats({900, 200}, std::vector<float>(180000));
  brain.sfreq_hz = 2;
  brain.times_seconds = {0, 0.5, 1};
  EXPECT_EQ(NotesOf(brain), "");
}

TEST(UnitChecksTest, MoreSensorsThanSamplesAreToldWhereOnsetsFit) {
  // 30 s of 300 sensors, transposed: 3 s of 3,000 sensors, in which the first words lie.
  BrainInput brain = Recording();
  brain.continuous = TensorOfFloats({3000, 300}, std::vector<float>(900000));
  brain.onsets_seconds = {0.3, 0.7, 1.2, 1.6, 2.1, 2.4};
  EXPECT_THAT(NotesOf(brain),
              AllOf(HasSubstr("more rows (3000) than columns (300)"),
                    HasSubstr("lasts 3 s at 100 Hz"), HasSubstr("probably transposed"),
                    HasSubstr("rows must be sensors and columns samples")));
  brain.continuous = TensorOfFloats({300, 300}, std::vector<float>(90000));
  EXPECT_EQ(NotesOf(brain), "");
}

TEST(UnitChecksTest, OnsetsInOtherUnits) {
  BrainInput brain = Recording();
  Scale(brain.onsets_seconds, 1000);
  EXPECT_THAT(ProblemOf(brain), AllOf(HasSubstr("brain.onsets_seconds: "),
                                      HasSubstr("onsets look like milliseconds")));
  brain = Recording();
  Scale(brain.onsets_seconds, 100);
  EXPECT_THAT(ProblemOf(brain), HasSubstr("onsets look like samples"));
  Scale(brain.times_seconds, 100);
  EXPECT_THAT(ProblemOf(brain), HasSubstr("onsets and times look like samples"));
  brain = Recording();
  Scale(brain.onsets_seconds, 1.0 / 60);
  EXPECT_THAT(NotesOf(brain), HasSubstr("onsets look like minutes"));
}

TEST(UnitChecksTest, TimesInOtherUnits) {
  BrainInput brain = Recording();
  brain.times_seconds = {-100, -50, 0, 50, 100, 150, 200};
  EXPECT_THAT(ProblemOf(brain),
              AllOf(HasSubstr("brain.times_seconds: times span 300 s"),
                    HasSubstr("look like milliseconds (an epoch would reach from -0.1 to 0.2 s)")));
  brain.times_seconds = {-10, -5, 0, 5, 10, 15, 20};
  EXPECT_THAT(NotesOf(brain),
              HasSubstr("look like samples (an epoch would reach from -0.1 to 0.2"));
  brain.times_seconds = {-10, -9, -8, -7, -6};
  EXPECT_THAT(NotesOf(brain), HasSubstr("look like samples"));
}

TEST(UnitChecksTest, TimesOfEpochsInOtherUnits) {
  BrainInput brain = AsEpochs();
  for (std::size_t t = 0; t < 10; ++t) brain.times_seconds[t] = -100 + 50 * static_cast<double>(t);
  EXPECT_THAT(NotesOf(brain), HasSubstr("the times look like milliseconds or samples"));
}

TEST(UnitChecksTest, OnsetsOfEpochsInOtherUnits) {
  BrainInput brain = AsEpochs();
  Scale(brain.onsets_seconds, 1000);
  EXPECT_THAT(NotesOf(brain), HasSubstr("Words begin 500 s apart"));
  brain = AsEpochs();
  Scale(brain.onsets_seconds, 1.0 / 60);
  EXPECT_THAT(NotesOf(brain), HasSubstr("Words begin 0.008"));
}

TEST(UnitChecksTest, SamplingRatesInOtherUnits) {
  BrainInput brain = Recording();
  brain.sfreq_hz = 0.1;
  EXPECT_THAT(ProblemOf(brain),
              AllOf(HasSubstr("brain.sfreq_hz: all times"), HasSubstr("fall on one sample"),
                    HasSubstr("looks like kHz (at 100 Hz")));
  brain.sfreq_hz = 0.01;
  EXPECT_THAT(ProblemOf(brain), HasSubstr("looks like the seconds between samples"));
  brain.sfreq_hz = 1e5;
  EXPECT_THAT(ProblemOf(brain), AllOf(HasSubstr("150 of 150 onsets lie outside"),
                                      HasSubstr("the sampling rate looks like mHz")));
  brain.sfreq_hz = 1e7;  // of no unit
  EXPECT_THAT(ProblemOf(brain), HasSubstr("no recording of the brain has so many samples"));
  // 1 kHz, written as 1.
  brain = Recording();
  brain.continuous = TensorOfFloats({1, 80000}, std::vector<float>(80000));
  brain.sfreq_hz = 1;
  EXPECT_THAT(ProblemOf(brain), HasSubstr("looks like kHz (at 1000 Hz"));
}

TEST(UnitChecksTest, SlowRecordingsAreNotDoubtedWhereTimesAreAsFarApart) {
  // fMRI: a volume every two seconds.
  BrainInput brain = Recording();
  brain.sfreq_hz = 0.5;
  brain.times_seconds = {0, 2, 4, 6, 8};
  brain.onsets_seconds.clear();
  for (int word = 0; word < 150; ++word) brain.onsets_seconds.push_back(20 + 100.0 * word);
  EXPECT_EQ(NotesOf(brain), "");
  brain.times_seconds = {0, 0.2, 0.4, 0.6, 2.2};
  EXPECT_THAT(NotesOf(brain), HasSubstr("The sampling rate is 0.5 Hz"));
}

TEST(UnitChecksTest, TimesFinerThanSamplesAreCounted) {
  BrainInput brain = Recording();
  brain.times_seconds = {0, 0.004, 0.01, 0.02};
  EXPECT_THAT(NotesOf(brain), HasSubstr("1 of 4 times fall on the same sample"));
}

}  // namespace
}  // namespace brainalign
